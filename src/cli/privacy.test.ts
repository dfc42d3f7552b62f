import { readFile, stat } from 'node:fs/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { ERASURE } from '../server/api/testing-privacy.ts';
import type { EraseRequest } from '../sync/privacy-erase.ts';
import type { Verbs } from '../sync/verbs.ts';
import { commandLine } from './testing.ts';

const { file: inFolder, here } = commandLine();
const privacy = (parameters: readonly string[], verbs: Partial<Verbs> = {}) =>
  here(['privacy', ...parameters], verbs);

describe('privacy export', () => {
  it('writes a file that nobody else can read, and tells how much it is', async () => {
    const file = inFolder('ada.json');
    const { exit, stdout } = await privacy(['export', 'ada', '--out', file]);
    expect([exit, stdout]).toEqual([0, `ada@contoso.com: 1 row of 1 table written to ${file}.\n`]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ person: { id: 'i-ada' } });
  });
});

describe('privacy erase', () => {
  const erased: EraseRequest[] = [];
  const erasePerson: Verbs['erasePerson'] = async (request) => {
    erased.push(request);
    return ERASURE;
  };

  afterEach(() => void erased.splice(0));

  it('shows what would go and what is in the way, and does nothing', async () => {
    const { exit, stdout } = await privacy(['erase', 'ada'], { erasePerson });
    expect([exit, erased]).toEqual([2, []]);
    expect(stdout).toContain('ada@contoso.com (i-ada) would lose:');
    expect(stdout).toContain('In the way: hr has the record 4711');
  });

  it('does nothing without a yes, and nothing without a reason', async () => {
    const shown = await privacy(['erase', 'ada', '--suppress'], { erasePerson });
    expect([shown.exit, erased]).toEqual([2, []]);
    expect(shown.stdout).toContain('Nothing was erased: add --yes to do it.');
    const bare = await privacy(['erase', 'ada', '--suppress', '--yes', '--json'], { erasePerson });
    expect([bare.exit, erased]).toEqual([64, []]);
    expect(bare.stdout).toContain('choice-missing');
  });

  it('erases, shows the proof and writes it where it is wanted', async () => {
    const file = inFolder('proof.json');
    const options = ['--suppress', '--yes', '--reason', 'by letter', '--out', file];
    const { exit, stdout } = await privacy(['erase', 'ada', ...options], { erasePerson });
    expect([exit, erased]).toEqual([0, [{ person: 'ada', suppress: true, reason: 'by letter' }]]);
    expect(stdout).toMatchInlineSnapshot(`
      "i-ada was erased at 2026-03-01T10:00:00.000Z; the proof is 5e2f.
        1  the merged identity: values, and which system each came from
      Kept: the proof that the person was erased (1 row): the proof itself.
      1 record will not be taken any more.
      Accounts that are nobody's stay in ramp.
      What was stored had the SHA-256 0000000000000000000000000000000000000000000000000000000000000000.
      Entry 7 of the audit trail: 1111111111111111111111111111111111111111111111111111111111111111.
      The file of the store was rewritten: nothing of what was deleted is left in it.
      "
    `);
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({ id: '5e2f' });
  });
});

it('privacy proof shows all, or one by the beginning of its id', async () => {
  expect((await privacy(['proof'])).stdout).toContain('5e2f  2026-03-01 10:00  erased');
  expect((await privacy(['proof', '5e'])).stdout).toContain('Entry 7 of the audit trail');
  expect((await privacy(['proof', 'ff', '--json'])).stdout).toContain('no-such-erasure');
});

it('privacy report says what is for nothing, and how long values are kept', async () => {
  const { stdout } = await privacy(['report']);
  expect(stdout).toMatchInlineSnapshot(`
    "hr, user
      dept  department    written to ramp: department
      Not asked for, as nothing uses it: birthDate
      Never used: iban, which is private, in 2 of 3 records looked at
    Of people who have left
      department  kept 24 h 0 min  deleted of 2 of 3 people
    "
  `);
});
