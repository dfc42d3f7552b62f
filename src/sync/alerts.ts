/** Tells people, by webhook, what a run left for them. Names and counts only: no values, no secrets. */

import { hash } from 'node:crypto';
import { sum } from './apply-stored.ts';
import type { AlertRule, Engine, RunReport } from './engine.ts';
import { signatureHeaders } from './webhook-signature.ts';

export interface Alert {
  readonly event: AlertRule['on'][number];
  readonly system: string;
  readonly message: string;
  readonly remedy?: string;
}

const TIMEOUT_MILLISECONDS = 10_000;

/** What a report gives people to do. */
export function alertsOf({ readings, targets }: RunReport): readonly Alert[] {
  return [
    ...readings.flatMap(({ system, kind, failure, result, problems = [] }): readonly Alert[] => {
      if (failure !== undefined) {
        return [{ event: 'failed', system, message: `reading ${kind}: ${failure.message}` }];
      }
      const untaken = problems.map(
        ({ message }): Alert => ({
          event: 'failed',
          system,
          message: `reading ${kind}: ${message}`,
        }),
      );
      const { withheld } = result ?? {};
      if (withheld === undefined) return untaken;
      const message = `${withheld.absent} of ${withheld.before} ${kind} records were not in the last reading, and are not believed to be gone`;
      return [...untaken, { event: 'held', system, message }];
    }),
    ...targets.flatMap(({ target: system, plan, failed, failure }): readonly Alert[] => [
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
    ]),
  ];
}

function failedText(failed: Readonly<Record<string, number>>): string {
  const parts = Object.entries(failed).map(([code, count]) => `${count} with ${code}`);
  return `${sum(failed)} operations failed: ${parts.join(', ')}; see lockstep log --unsent`;
}

export interface Alarm {
  /**
   * Sends what is new. What was told and is still so is not told again, until it went away in
   * between.
   */
  raise(alerts: readonly Alert[], signal: AbortSignal): Promise<void>;
}

/** @param log Told when a webhook could not be reached; alerts never stop a run. */
export function alarm(
  { alerts: rules, fetch, now, tenant }: Engine,
  log: (line: string) => void,
): Alarm {
  let told = new Set<string>();
  return {
    raise: async (alerts, signal) => {
      const current = new Map(alerts.map((alert) => [keyOf(alert), alert]));
      const fresh = [...current].filter(([key]) => !told.has(key)).map(([, alert]) => alert);
      told = new Set(current.keys());
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
