/** What files do to the people behind them: bad ones nothing, files of changes what they say. */

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { connectorTypes, openEngine } from '../../src/compose.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import { spreadsheet } from '../../src/connectors/file/testing.ts';
import type { Engine, RunReport } from '../../src/sync/engine.ts';
import { runSync } from '../../src/sync/run.ts';

const watch = { signal: new AbortController().signal, progress: () => {} };
const GOOD = 'id,displayName\n7,Ada\n8,Grace\n9,Edsger\n';

interface Company extends AsyncDisposable {
  write(name: string, content: string | Buffer): Promise<void>;
  run(full?: true): Promise<RunReport>;
  /** Everybody who is there, by name. */
  people(): Promise<readonly string[]>;
}

async function company(options: string): Promise<Company> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lockstep-files-'));
  const file = path.join(folder, 'lockstep.yaml');
  await mkdir(path.join(folder, 'changes'));
  await writeFile(
    file,
    `systems:
  hr:
    connector: file
    options: ${options}
    read: { user: { map: { employeeId: "[id]" } } }
`,
  );
  const loaded = await loadConfiguration(file, {
    env: {},
    connectors: connectorTypes(),
    profiles: path.resolve(import.meta.dirname, '../../profiles'),
  });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const engine: Engine = await openEngine(loaded.value);
  return {
    write: (name, content) => writeFile(path.join(folder, name), content),
    run: (full) => runSync(engine, { trigger: 'command', ...(full && { full }) }, watch),
    people: async () => {
      const known = await Promise.all(
        ['7', '8', '9', '10'].map((id) => engine.warehouse.findPerson(id)),
      );
      return known
        .flat()
        .filter(({ present }) => present)
        .map(({ attributes }) => String(attributes.displayName))
        .toSorted();
    },
    [Symbol.asyncDispose]: async () => {
      await engine[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

describe('a bad file', () => {
  const bad: readonly (readonly [string, string | Buffer])[] = [
    ['truncated', GOOD.slice(0, -8)],
    ['doubled', GOOD + GOOD],
    ['in another encoding', Buffer.from('id,displayName\n7,Åsa\n', 'latin1')],
    ['a million columns wide', `id${',a'.repeat(1_000_000)}\n7\n`],
    ['with a header twice', 'id,displayName,displayName\n7,Ada,Ada\n'],
    ['of another kind', spreadsheet({ rows: [['id'], ['7']] })],
    ['empty', ''],
  ];

  it('leaves everything as it was, and is told by line', async () => {
    await using hr = await company('{ path: people.csv, id: id }');
    await hr.write('people.csv', GOOD);
    await hr.run();
    const before = await hr.people();
    expect(before).toEqual(['Ada', 'Edsger', 'Grace']);
    for (const [, content] of bad) {
      await hr.write('people.csv', content);
      const { verdict, readings } = await hr.run();
      const [reading] = readings;
      expect([verdict, reading?.failure?.code]).toEqual(['failed', 'file-invalid']);
      expect(reading?.failure?.message).toMatch(/nothing of it was taken: line \d+: /);
      expect(await hr.people()).toEqual(before);
    }
    await hr.write('people.csv', `${GOOD}10,Barbara\n`);
    expect((await hr.run()).verdict).toBe('done');
    expect(await hr.people()).toEqual(['Ada', 'Barbara', 'Edsger', 'Grace']);
  });

  it('that is a spreadsheet with a formula leaves everything as it was', async () => {
    await using hr = await company('{ path: people.xlsx, id: id }');
    const header = ['id', 'displayName'];
    await hr.write('people.xlsx', spreadsheet({ rows: [header, ['7', 'Ada'], ['8', 'Grace']] }));
    await hr.run();
    const formula = { xml: '<c><f>A2</f><v>7</v></c>' };
    await hr.write('people.xlsx', spreadsheet({ rows: [header, ['7', formula]] }));
    const { readings } = await hr.run();
    expect(readings[0]?.failure?.message).toContain('line 2: cell B2 holds a formula');
    expect(await hr.people()).toEqual(['Ada', 'Grace']);
  });
});

describe('files of changes', () => {
  const OPTIONS = '{ path: changes, mode: delta, operation: op, id: id }';

  it('add and take away whom they name, and nobody else', async () => {
    await using hr = await company(OPTIONS);
    await hr.write('changes/1.csv', 'op,id,displayName\n,7,Ada\n,8,Grace\n,9,Edsger\n');
    expect((await hr.run()).verdict).toBe('done');
    await hr.write('changes/2.csv', 'op,id,displayName\nD,8,\nU,9,Edsger W.\nA,10,Barbara\n');
    const { readings } = await hr.run();
    expect(readings[0]?.result).toMatchObject({ added: 1, changed: 1, removed: 1 });
    expect(await hr.people()).toEqual(['Ada', 'Barbara', 'Edsger W.']);
  });

  it('that were moved away make nobody leave, not even when everything is read again', async () => {
    await using hr = await company(OPTIONS);
    await hr.write('changes/1.csv', 'op,id,displayName\n,7,Ada\n,8,Grace\n');
    await hr.run();
    await hr.write('changes/1.csv', '');
    await hr.write('changes/2.csv', 'op,id,displayName\n,9,Edsger\n');
    const { verdict, readings } = await hr.run(true);
    expect([verdict, readings[0]?.result?.withheld]).toEqual(['done', undefined]);
    expect(await hr.people()).toEqual(['Ada', 'Edsger', 'Grace']);
    expect((await hr.run()).readings[0]?.result).toMatchObject({ seen: 0, removed: 0 });
  });

  it('of which one is bad stop there, and go on once it is mended', async () => {
    await using hr = await company(OPTIONS);
    await hr.write('changes/1.csv', 'op,id,displayName\n,7,Ada\n');
    await hr.write('changes/2.csv', 'op,id,displayName\n,8\n');
    await hr.write('changes/3.csv', 'op,id,displayName\nD,7,\n');
    const { readings } = await hr.run();
    expect(readings[0]?.failure?.message).toMatch(/2\.csv has a problem.*line 2/);
    expect(await hr.people()).toEqual(['Ada']);
    await hr.write('changes/2.csv', 'op,id,displayName\n,8,Grace\n');
    expect((await hr.run()).verdict).toBe('done');
    expect(await hr.people()).toEqual(['Grace']);
  });

  it('that come behind their turn are told in the report', async () => {
    await using hr = await company(OPTIONS);
    await hr.write('changes/2.csv', 'op,id,displayName\n,7,Ada\n');
    await hr.run();
    await hr.write('changes/1.csv', 'op,id,displayName\n,8,Grace\n');
    const { readings } = await hr.run();
    expect(readings[0]?.problems).toMatchObject([{ code: 'file-out-of-order' }]);
    expect(await hr.people()).toEqual(['Ada']);
  });
});
