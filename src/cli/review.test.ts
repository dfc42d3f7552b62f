import { describe, expect, it } from 'vitest';
import type { Verbs } from '../sync/verbs.ts';
import type { Decision } from '../warehouse/decision.ts';
import { commandLine } from './testing.ts';

const { here, there } = commandLine();

const DECISION: Decision = {
  id: 'decision-9',
  type: 'rejected',
  at: new Date('2026-03-01T10:00:00Z'),
  identity: 'i-ada',
  records: [{ system: 'hr', kind: 'user', id: '4711' }],
  detached: [],
};

describe('lockstep review', () => {
  it('shows the record and its candidates side by side, here and from a server', async () => {
    const { exit, stdout } = await here(['review', 'show', 'r1']);
    expect(exit).toBe(2);
    expect(stdout).toMatch(/privatePhone +\+46 70 222 22 22 .*same \+1\.7/);
    expect(stdout).toContain('the same person by 83 %, otherwise a twin');
    const narrow = await here(['review', 'show', 'r1'], {}, { columns: 60 });
    expect(narrow.stdout).toMatch(/privatePhone .*… .*same \+1\.7$/m);
    const remote = await there(['review', 'show', 'r1']);
    expect(remote.stdout.split('\n').slice(1)).toEqual(stdout.split('\n').slice(1));
  });

  it('hands on what was decided, and says how to take it back', async () => {
    for (const ask of [here, there]) {
      const asked: unknown[] = [];
      const decideReview: Verbs['decideReview'] = async (id, choice) => {
        asked.push([id, choice]);
        return DECISION;
      };
      await ask(['review', 'join', 'r1', '1'], { decideReview });
      await ask(['review', 'reject', 'r1'], { decideReview });
      const { exit, stdout } = await ask(['review', 'new', 'r1'], { decideReview });
      expect(asked).toEqual([
        ['r1', { type: 'join', identity: '1' }],
        ['r1', { type: 'reject' }],
        ['r1', { type: 'new-person' }],
      ]);
      expect(exit).toBe(0);
      expect(stdout).toContain('lockstep review undo decision-9');
    }
  });
});

describe('lockstep identity', () => {
  it('takes apart the records that are somebody else’s', async () => {
    for (const ask of [here, there]) {
      const asked: unknown[] = [];
      const unmergePerson: Verbs['unmergePerson'] = async (request) => {
        asked.push(request);
        return { ...DECISION, type: 'unmerged', other: 'i-bob' };
      };
      const { stdout } = await ask(
        ['identity', 'unmerge', 'ada@contoso.com', '--record', 'hr/47/11', '-r', 'entra/a'],
        { unmergePerson },
      );
      expect(asked).toEqual([
        {
          person: 'ada@contoso.com',
          records: [
            { system: 'hr', id: '47/11' },
            { system: 'entra', id: 'a' },
          ],
        },
      ]);
      expect(stdout).toContain('the other person is i-bob');
    }
  });

  it('tells accounts that a merge left to nobody', async () => {
    const detached = [{ system: 'ramp', kind: 'user', id: 'u2' }];
    const mergePeople = async () => ({ ...DECISION, type: 'merged' as const, detached });
    const { stdout } = await here(['identity', 'merge', 'ada', 'bob'], { mergePeople });
    expect(stdout).toContain('1 account left to nobody: ramp/u2');
  });
});
