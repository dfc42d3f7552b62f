/** Tells people, by webhook, what a run left for them. Names and counts only: no values, no secrets. */

import { hash } from 'node:crypto';
import { sum } from './apply-stored.ts';
import type { AlertRule, Engine, ReadingReport, RunReport, TargetReport } from './engine.ts';
import { signatureHeaders } from './webhook-signature.ts';

export interface Alert {
  readonly event: AlertRule['on'][number];
  readonly system: string;
  readonly message: string;
  readonly remedy?: string;
}

const TIMEOUT_MILLISECONDS = 10_000;

/** What was looked at, and what people are to be told of it. */
export interface Look {
  /** Such as `write ramp`. */
  readonly at: string;
  readonly alerts: readonly Alert[];
}

/** What a report gives people to do. */
export function looksOf({ readings, targets }: RunReport): readonly Look[] {
  return [
    ...readings.map((reading) => ({
      at: `read ${reading.system} ${reading.kind}`,
      alerts: readingAlerts(reading),
    })),
    ...targets.map((report) => ({ at: `write ${report.target}`, alerts: targetAlerts(report) })),
  ];
}

function readingAlerts({
  system,
  kind,
  failure,
  result,
  problems = [],
}: ReadingReport): readonly Alert[] {
  if (failure !== undefined) {
    return [{ event: 'failed', system, message: `reading ${kind}: ${failure.message}` }];
  }
  const untaken = problems.map(
    ({ message }): Alert => ({ event: 'failed', system, message: `reading ${kind}: ${message}` }),
  );
  const { withheld } = result ?? {};
  if (withheld === undefined) return untaken;
  const message = `${withheld.absent} of ${withheld.before} ${kind} records were not in the last reading, and are not believed to be gone`;
  return [...untaken, { event: 'held', system, message }];
}

function targetAlerts({ target: system, plan, failed, failure }: TargetReport): readonly Alert[] {
  return [
    ...(plan?.holds ?? []).map(
      ({ message }): Alert => ({
        event: 'held',
        system,
        message,
        remedy: `lockstep release ${system}`,
      }),
    ),
    ...(failure === undefined
      ? []
      : [{ event: 'quarantined' as const, system, message: failure.message }]),
    ...(sum(failed) === 0
      ? []
      : [{ event: 'failed' as const, system, message: failedText(failed) }]),
  ];
}

function failedText(failed: Readonly<Record<string, number>>): string {
  const parts = Object.entries(failed).map(([code, count]) => `${count} with ${code}`);
  return `${sum(failed)} operations failed: ${parts.join(', ')}; see lockstep log --unsent`;
}

export interface Alarm {
  /**
   * Sends what is new. What was told and is still so is not told again, until it went away in
   * between: where nobody looked, nothing went away.
   */
  raise(looks: readonly Look[], signal: AbortSignal): Promise<void>;
}

/** @param log Told when a webhook could not be reached; alerts never stop a run. */
export function alarm(
  { alerts: rules, fetch, now, tenant }: Engine,
  log: (line: string) => void,
): Alarm {
  const told = new Map<string, ReadonlySet<string>>();
  return {
    raise: async (looks, signal) => {
      const fresh: Alert[] = [];
      for (const [at, those] of Map.groupBy(looks, (look) => look.at)) {
        const alerts = those.flatMap((look) => look.alerts);
        const current = new Map(alerts.map((alert) => [keyOf(alert), alert]));
        const known = told.get(at);
        for (const [key, alert] of current) if (!known?.has(key)) fresh.push(alert);
        told.set(at, new Set(current.keys()));
      }
      for (const { webhook, on, secret = [] } of rules) {
        for (const alert of fresh.filter(({ event }) => on.includes(event))) {
          const at = now();
          const body = JSON.stringify({ ...alert, tenant, at: at.toISOString() });
          const proof = signatureHeaders(body, [secret].flat(), at);
          await post(webhook, body, proof, fetch, signal).catch((error: unknown) =>
            log(`alert to a webhook failed: ${error instanceof Error ? error.message : error}`),
          );
        }
      }
    },
  };
}

/** A count that grows is the same trouble, and so is a quarantine in other words. */
function keyOf({ event, system, message }: Alert): string {
  const about = event === 'quarantined' ? '' : message.replace(/\d+/g, '#');
  return hash('sha256', JSON.stringify([event, system, about]), 'hex');
}

async function post(
  webhook: string,
  body: string,
  proof: Readonly<Record<string, string>>,
  fetch: typeof globalThis.fetch,
  signal: AbortSignal,
): Promise<void> {
  const answer = await fetch(webhook, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...proof },
    body,
    redirect: 'error',
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MILLISECONDS)]),
  });
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`it answered ${answer.status}`);
}
