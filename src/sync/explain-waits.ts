/** What stands between a decision and its being done: backoff, a held plan, a quarantine, a pause. */

import { expiresAt } from '../plan/approval.ts';
import { deletionDate } from '../plan/leave.ts';
import type { TargetPolicy } from '../plan/target.ts';
import type { Subject } from '../warehouse/subject.ts';
import type { Engine } from './engine.ts';
import type { Wait } from './verbs.ts';

/** @param at As of then; what ends until then does not stand in the way any more. */
export async function waitsOf(
  subject: Subject,
  policy: TargetPolicy,
  paused: boolean,
  at: Date,
  { ledger, plans }: Engine,
): Promise<readonly Wait[]> {
  const { due } = subject;
  const waits: Wait[] = [];
  const wait = (type: Wait['type'], message: string, until?: Date) =>
    waits.push({ type, message, ...(until && { until, over: until <= at }) });
  if (due?.escrow !== undefined) {
    const { attempts, code } = due.escrow;
    const times = attempts === 1 ? 'once' : `${attempts} times`;
    if (due.notBefore === undefined) wait('escrow', `failed ${times} (${code})`);
    else wait('escrow', `failed ${times} (${code}) and is tried again then`, due.notBefore);
  } else if (due?.notBefore !== undefined) wait('date', 'due then', due.notBefore);
  const removal = deletionDate(subject, policy.leave);
  if (removal !== undefined) wait('deletion', 'what is out is deleted then', removal);
  const health = await ledger.health(policy.system);
  if (health.state === 'quarantined') {
    const message = `${policy.system} is not written to (${health.code ?? 'quarantined'})`;
    wait('quarantine', message, health.probeAt);
  }
  const plan = await plans.current(policy.system);
  if (plan?.state === 'held') {
    const guards = plan.holds.map(({ guard }) => guard).join(', ');
    const message = `plan ${plan.id.slice(0, 8)} is held (${guards}) and can be let go until then`;
    wait('held', message, expiresAt(plan, policy.holds));
  }
  if (paused) {
    wait(
      'pause',
      'an undo put the account back; no date ends that, but a changed configuration or a person',
    );
  }
  return waits;
}
