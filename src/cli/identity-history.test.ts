import { describe, expect, it } from 'vitest';
import { testVerbs } from '../server/api/testing-verbs.ts';
import type { Verbs } from '../sync/verbs.ts';
import type { HistoryEntry } from '../warehouse/history.ts';
import { commandLine } from './testing.ts';

const line = commandLine();
const here = (parameters: readonly string[], verbs: Partial<Verbs> = {}) =>
  line.here(['identity', ...parameters], verbs);
const there = (parameters: readonly string[], verbs: Partial<Verbs> = {}) =>
  line.there(['identity', ...parameters], verbs);

const HR = { system: 'hr', kind: 'user', id: '4711' };
const RAMP = { system: 'ramp', kind: 'user', id: 'u1' };

const ENTRIES: readonly HistoryEntry[] = [
  {
    at: new Date('2026-03-01T10:00:00Z'),
    type: 'changed',
    cause: { type: 'reading', system: 'hr', kind: 'user', run: 'run-2' },
    records: [HR],
    changes: [
      { path: 'department', before: 'R&D', after: 'Sales', from: 'entra', origin: 'hr' },
      { path: 'title', before: 'Engineer', from: 'hr' },
    ],
    linked: [],
    unlinked: [{ ref: RAMP, other: 'i-bob' }],
    present: false,
  },
  {
    at: new Date('2026-02-01T10:00:00Z'),
    type: 'made',
    cause: { type: 'reading', system: 'hr', kind: 'user' },
    records: [HR],
    changes: [{ path: 'department', after: 'R&D', origin: 'entra' }],
    linked: [{ ref: HR }],
    unlinked: [],
  },
];

describe('lockstep identity', () => {
  it('shows every value with its source, its age and who else offers one', async () => {
    const { exit, stdout } = await here(['show', 'ada']);
    expect(exit).toBe(0);
    expect(stdout).toContain('joined: hr user 17');
    expect(stdout).toMatch(/birthDate +"1990-12-10" +hr +5 min 0 s ago/);
    expect(stdout).toMatch(/"1990-10-12" +entra +precedence 1, another comes first/);
    expect((await there(['show', 'ada'])).stdout).toContain('"1990-10-12"');
  });

  it('shows that there is none where somebody who has the say has none', async () => {
    const offers = [
      { path: 'title', system: 'hr', rank: 1, present: true, wins: true, authoritative: true },
      { path: 'title', system: 'agency', value: 'Poet', rank: 2, present: true, wins: false },
    ] as const;
    const showIdentity: Verbs['showIdentity'] = async (request) => ({
      ...(await testVerbs().showIdentity(request)),
      values: [{ path: 'title', offers }],
    });
    for (const ask of [here, there]) {
      const { stdout } = await ask(['show', 'ada'], { showIdentity });
      expect(stdout).toMatch(/title +no value +hr +authoritative\n +"Poet" +agency/);
    }
  });

  it('shows it as of a moment', async () => {
    for (const ask of [here, there]) {
      const { stdout } = await ask(['show', 'ada', '--as-of', '2026-03-01T10:02:00Z']);
      expect(stdout).toContain('As of 2026-03-01T10:02:00.000Z.');
      expect(stdout).toContain('2 min 0 s ago');
    }
    expect((await here(['show', 'ada', '--as-of', 'once'])).exit).toBe(64);
  });

  it('tells what changed, by which record, in which run', async () => {
    const identityHistory: Verbs['identityHistory'] = async () => ({
      identity: 'i-ada',
      label: 'ada@contoso.com',
      keptSince: new Date(0),
      entries: ENTRIES,
      more: false,
    });
    const { exit, stdout } = await here(['history', 'ada'], { identityHistory });
    expect(exit).toBe(0);
    expect(stdout).toMatchInlineSnapshot(`
      "ada@contoso.com  identity i-ada

      2026-03-01T10:00:00.000Z  left
        read from hr  hr/4711  run run-2
        - ramp/u1  now identity i-bob
        department  "R&D" → "Sales"       entra → hr
        title       "Engineer" → nothing  was hr's

      2026-02-01T10:00:00.000Z  became known
        read from hr  hr/4711
        + hr/4711
        department  "R&D"  entra
      "
    `);
    expect((await there(['history', 'ada'], { identityHistory })).stdout).toBe(stdout);
  });

  it('says where it ends, and that there is more', async () => {
    const identityHistory: Verbs['identityHistory'] = async ({ limit }) => ({
      identity: 'i-ada',
      label: 'ada@contoso.com',
      keptSince: new Date('2026-02-15'),
      entries: ENTRIES.slice(0, limit),
      more: limit < 1000,
    });
    const some = await here(['history', 'ada', '--limit', '1'], { identityHistory });
    expect(some.stdout).toContain('There is more: --limit');
    const first = await identityHistory({ person: 'ada', limit: 1 });
    const all = await here(['history', 'ada'], {
      identityHistory: async () => ({ ...first, more: false }),
    });
    expect(all.stdout).toContain('What was before 2026-02-15T00:00:00.000Z is not kept.');
    expect((await here(['history', 'ada', '--limit', '0'])).exit).toBe(64);
  });
});
