/** What a run did for somebody who was erased since is not known any more; all else can be undone. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';
import { services } from '../../src/services.ts';

const DOCUMENT = `
store: ./data
systems:
  hr:
    connector: file
    options: { path: people.csv, id: number }
    read: { user: { map: { mail: "[mail]", department: "[department]" } } }
  wiki:
    connector: directory
    write:
      user:
        match: [userName]
        leave: delete
        guard: { delete: false }
        map: { userName: "[mail]", title: "[department]" }
      group: { match: [displayName], members: direct, map: { displayName: "[displayName]" } }
groups:
  sales: { title: Sales, members: department eq "Sales" }
`;

async function office() {
  const folder = await mkdtemp(path.join(tmpdir(), 'lockstep-undo-erased-'));
  await writeFile(path.join(folder, 'lockstep.yaml'), DOCUMENT);
  const lockstep = async (...parameters: readonly string[]) => {
    let text = '';
    const write = (part: string): void => {
      text += part;
    };
    const exit = await runProgram(
      [...parameters, '-c', path.join(folder, 'lockstep.yaml')],
      services,
      { stdin: {}, stdout: { write }, stderr: { write }, env: {} } as never,
      new AbortController().signal,
    );
    return { exit, text };
  };
  return {
    lockstep,
    /** By the part of their address before the @, and their departments. */
    people: (all: Readonly<Record<string, string>>) =>
      writeFile(
        path.join(folder, 'people.csv'),
        [
          'number,mail,department',
          ...Object.entries(all).map(([name, of]) => `${name},${name}@contoso.com,${of}`),
          '',
        ].join('\n'),
      ),
    run: async (): Promise<string> => {
      const { text } = await lockstep('run', '--json');
      const report = JSON.parse(text.trim().split('\n').at(-1) ?? '');
      return String(report.run);
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

it('is put back for everybody who is still known, and says what is not known any more', async () => {
  await using contoso = await office();
  const { lockstep } = contoso;
  await contoso.people({ ada: 'Legal', grace: 'Legal' });
  await contoso.run();
  await contoso.people({ ada: 'Sales', grace: 'Sales' });
  const moved = await contoso.run();
  await contoso.people({ grace: 'Sales' });
  const left = await contoso.run();
  const erased = await lockstep(
    'privacy',
    'erase',
    'ada@contoso.com',
    '--yes',
    '--reason',
    'asked',
  );
  expect(erased.exit).toBe(0);

  const { exit, text } = await lockstep('undo', moved);
  expect(exit).toBe(2);
  expect(text).toContain('title: "Sales" → "Legal"');
  expect(text).toContain('- 1 member: grace@contoso.com');
  expect(text).toContain(
    '1 of the 3 operations of this run are not recorded any more, as those of people who were erased since',
  );
  expect(text).not.toContain('ada');
  const [, plan = ''] = /lockstep release (\w+)/.exec(text) ?? [];
  const released = await lockstep('release', plan);
  expect([released.exit, released.text]).toEqual([0, expect.stringContaining('updated')]);

  // All it did was for her; of the group is known that somebody went, and not who.
  const shown = await lockstep('log', '--run', left);
  expect(shown.text).toContain('- members who were erased since');
  const nothing = await lockstep('undo', left);
  expect(nothing.text).toContain('Nothing can be put back.');
  expect(nothing.text).toContain('1 of the 2 operations of this run are not recorded any more');
});

it('that is still waiting is given up for an erasure, and planned again without the person', async () => {
  await using contoso = await office();
  const { lockstep } = contoso;
  await contoso.people({ ada: 'Legal', grace: 'Legal' });
  await contoso.run();
  await contoso.people({ ada: 'Sales', grace: 'Sales' });
  const moved = await contoso.run();
  const [, plan = ''] = /lockstep release (\w+)/.exec((await lockstep('undo', moved)).text) ?? [];
  await contoso.people({ grace: 'Sales' });
  await contoso.run();
  const looked = await lockstep('privacy', 'erase', 'ada@contoso.com');
  expect(looked.text).toContain(`Given up: the plan ${plan} for wiki, which waits; make it again.`);
  const erased = await lockstep(
    'privacy',
    'erase',
    'ada@contoso.com',
    '--yes',
    '--reason',
    'asked',
  );
  expect(erased.exit).toBe(0);
  const refused = await lockstep('release', plan);
  expect([refused.exit, refused.text]).toEqual([
    1,
    expect.stringContaining('is superseded, not held'),
  ]);
  const again = await lockstep('undo', moved);
  expect(again.text).toContain('grace@contoso.com');
  expect(again.text).not.toContain(plan);
});
