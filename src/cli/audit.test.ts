import { writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { CHECKPOINT } from '../server/api/testing-audit.ts';
import type { Verbs } from '../sync/verbs.ts';
import { commandLine } from './testing.ts';

const { file: inFolder, here, there } = commandLine();
const lockstep = (parameters: readonly string[], verbs: Partial<Verbs> = {}, role = 'auditor') =>
  there(parameters, verbs, { token: `contoso.${role}` });

describe('lockstep audit', () => {
  it('lists who did what', async () => {
    const { exit, stdout } = await lockstep(['audit', '--actor', 'ada', '--from', '2026-01-01']);
    expect(exit).toBe(0);
    expect(stdout).toBe(
      '1  2026-03-01 10:00:00  =ada@build-7  a run started  run-1  trigger command, tries 1; 2\n',
    );
  });

  it('writes a file that is harmless to a spreadsheet, unless it is for programs', async () => {
    const { stdout } = await lockstep(['audit', '--csv']);
    const [head, line] = stdout.split('\n');
    expect(head).toBe('number,at,actor,action,subject,person,detail,hash');
    expect(line).toMatch(/^1,2026-03-01T10:00:00.000Z,'=ada@build-7,run-started,run-1,,"\{/);
    expect((await lockstep(['audit', '--csv', 'raw'])).stdout).toContain(',=ada@build-7,');
  });

  it('is for auditors and administrators', async () => {
    expect((await lockstep(['audit'], {}, 'operator')).exit).toBe(1);
    expect((await lockstep(['audit', '--json'], {}, 'viewer')).stdout).toContain('role-too-low');
    expect((await lockstep(['audit'], {}, 'administrator')).exit).toBe(0);
    expect((await lockstep(['run'], {}, 'auditor')).exit).toBe(1);
  });

  it('refuses an action that there is not', async () => {
    expect((await lockstep(['audit', '--action', 'run-startd'])).exit).toBe(64);
  });
});

describe('lockstep audit verify', () => {
  it('fails where the chain is broken, and says where', async () => {
    const broken = {
      number: 7,
      cause: 'changed',
      message: 'entry 7 was changed',
    } as const;
    const verifyAudit = async () => ({
      whole: false,
      entries: 6,
      first: 1,
      last: 6,
      pruned: 0,
      erased: 0,
      break: broken,
    });
    const { exit, stdout } = await lockstep(['audit', 'verify'], { verifyAudit });
    expect(exit).toBe(1);
    expect(stdout).toContain('Broken at entry 7 (changed): entry 7 was changed');
  });

  it('compares with what was kept elsewhere', async () => {
    const file = inFolder('checkpoint.json');
    const { stdout } = await lockstep(['audit', 'checkpoint', '--json']);
    await writeFile(file, stdout);
    const handed: unknown[] = [];
    const verifyAudit: Verbs['verifyAudit'] = async (checkpoint) => {
      handed.push(checkpoint);
      return {
        whole: true,
        entries: 9,
        first: 1,
        last: 9,
        pruned: 0,
        erased: 0,
        checkpoint: 'matches',
      };
    };
    const verified = await lockstep(['audit', 'verify', '--checkpoint', file], { verifyAudit });
    expect(verified).toMatchObject({
      exit: 0,
      stdout: 'Whole: 9 entries, 1 to 9.\nThe checkpoint is a part of it.\n',
    });
    expect(handed).toEqual([CHECKPOINT]);
    await writeFile(file, 'nothing');
    const unreadable = await lockstep(['audit', 'verify', '--checkpoint', file, '--json']);
    expect(unreadable.stdout).toContain('checkpoint-unreadable');
  });

  it('deletes nothing that is still to come', async () => {
    const { exit, stderr } = await here(['audit', 'prune', '--before', '2999-01-01']);
    expect([exit, stderr]).toEqual([64, expect.stringContaining('a time that has passed')]);
  });
});
