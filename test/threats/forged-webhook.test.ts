import { createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import { alarm } from '../../src/sync/alerts.ts';
import type { Engine } from '../../src/sync/engine.ts';

const OLD = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const NEW = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';

/** As a receiver checks it, with the one secret it knows. */
function isGenuine({ headers }: Request, body: string, secret: string): boolean {
  const signed = `${headers.get('webhook-id')}.${headers.get('webhook-timestamp')}.${body}`;
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const expected = `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
  return (headers.get('webhook-signature') ?? '').split(' ').includes(expected);
}

it('T21: an alert proves who sent it, when, and that nobody changed it', async () => {
  const received: { readonly request: Request; readonly body: string }[] = [];
  let time = Date.parse('2026-03-02T08:00:00Z');
  const engine = {
    tenant: 'default',
    now: () => new Date(time),
    alerts: [{ webhook: 'https://alerts.contoso.com', on: ['failed'], secret: [OLD, NEW] }],
    fetch: async (url: string, init: RequestInit) => {
      const request = new Request(url, init);
      received.push({ request, body: await request.text() });
      return new Response();
    },
  } as unknown as Engine;
  const raising = alarm(engine, () => {});
  const raise = (message: string) =>
    raising.raise(
      [{ at: 'write ramp', alerts: [{ event: 'failed', system: 'ramp', message }] }],
      new AbortController().signal,
    );
  await raise('one failed');
  time += 60_000;
  await raise('another failed');
  const [first, second] = received;
  if (first === undefined || second === undefined) throw new Error('two were to be sent');
  const { request, body } = first;
  expect([OLD, NEW].map((secret) => isGenuine(request, body, secret))).toEqual([true, true]);
  expect(isGenuine(request, body.replace('ramp', 'hr'), NEW)).toBe(false);
  expect(isGenuine(request, body, 'whsec_AAAA')).toBe(false);
  // A replay shows by its time, and by an id that was seen before.
  expect(request.headers.get('webhook-timestamp')).toBe('1772438400');
  expect(second.request.headers.get('webhook-id')).not.toBe(request.headers.get('webhook-id'));
  expect(JSON.stringify([...request.headers]) + body).not.toContain('whsec_');
});
