import { expect, it } from 'vitest';
import { fakeProvider, refusal } from './testing.ts';

const { signal } = new AbortController();
const ada = { userName: 'ada@contoso.com' };

it.each<[number, string | undefined, object]>([
  [400, undefined, { kind: 'invalid', code: 'refused-by-target' }],
  [400, 'uniqueness', { kind: 'conflict', code: 'conflict' }],
  [400, 'mutability', { kind: 'invalid', code: 'attribute-immutable' }],
  [400, 'tooMany', { kind: 'invalid', code: 'request-too-large' }],
  [400, 'invalidFilter', { kind: 'invalid', code: 'filter-refused' }],
  [401, undefined, { kind: 'denied', code: 'credentials-refused', general: true }],
  [403, undefined, { kind: 'denied', code: 'forbidden', general: false }],
  [404, undefined, { kind: 'missing' }],
  [405, undefined, { kind: 'invalid', code: 'operation-not-supported' }],
  [409, 'uniqueness', { kind: 'conflict' }],
  [412, undefined, { kind: 'stale' }],
  [413, undefined, { kind: 'invalid', code: 'request-too-large' }],
  [422, undefined, { kind: 'invalid', code: 'refused-by-target' }],
  [429, undefined, { kind: 'throttled' }],
  // It may have failed after it made the account.
  [500, undefined, { kind: 'unknown-outcome', code: 'target-failing' }],
  [501, undefined, { kind: 'invalid', code: 'operation-not-supported' }],
  [503, undefined, { kind: 'unreachable', code: 'target-failing' }],
  // A gateway's: what became of the create, only the server behind it knows.
  [502, undefined, { kind: 'unknown-outcome', code: 'answer-lost' }],
  [504, undefined, { kind: 'unknown-outcome', code: 'answer-lost' }],
])('%i %s to a create means', async (status, scimType, failure) => {
  const { connector } = await fakeProvider(() => refusal(status, 'because', scimType));
  await expect(connector.create?.('user', ada, { signal })).rejects.toMatchObject(failure);
});

it('says what was attempted, on whom, and what the target answered', async () => {
  const { connector } = await fakeProvider(() =>
    refusal(400, 'department  is\nunknown', 'invalidValue'),
  );
  await expect(connector.create?.('user', ada, { signal })).rejects.toThrow(
    'create user ada@contoso.com in app: the target answered 400 invalidValue department is unknown',
  );
});

it.each([
  { error: 'no such plan' },
  { message: 'no such plan' },
  { Errors: [{ description: 'no such plan', code: 400 }] },
  { error: { message: 'no such plan' } },
])('reads other forms of a refusal', async (body) => {
  const { connector } = await fakeProvider(() => Response.json(body, { status: 400 }));
  await expect(connector.create?.('user', ada, { signal })).rejects.toThrow('no such plan');
});

it('waits as long as the target asks for', async () => {
  const { connector } = await fakeProvider(
    () => new Response('', { status: 429, headers: { 'Retry-After': '17' } }),
  );
  await expect(connector.create?.('user', ada, { signal })).rejects.toMatchObject({
    kind: 'throttled',
    retryAfterSeconds: 17,
  });
});

it('knows an application’s own words for what its status does not say', async () => {
  const failures = [
    { detail: 'seats', kind: 'invalid', code: 'licence-exhausted', remedy: 'Buy seats.' },
  ];
  const { connector } = await fakeProvider(() => refusal(400, 'No Seats left'), {
    options: { overrides: { failures } },
  });
  await expect(connector.create?.('user', ada, { signal })).rejects.toMatchObject({
    code: 'licence-exhausted',
    remedy: 'Buy seats.',
  });
});

it('keeps a token out of the message when the target repeats it', async () => {
  const { connector } = await fakeProvider(({ headers }) =>
    refusal(400, `bad header: ${headers.get('authorization')}`),
  );
  const failed = await connector.create?.('user', ada, { signal }).catch((error) => error);
  expect(failed.message).toContain('bad header');
  expect(JSON.stringify([failed.message, String(failed.stack), failed])).not.toContain(
    'ramp-token-1',
  );
});
