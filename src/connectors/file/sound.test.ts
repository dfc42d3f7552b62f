import { utimes } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { IdentityRecord } from '../../identity/record.ts';
import { fileOptions } from './options.ts';
import { type Sound, soundRecords } from './sound.ts';
import { type Desk, desk } from './testing.ts';

const ADA = 'id,login\n1,ada\n2,bob\n';
const EVE = 'id,login\n1,eve\n2,bob\n';

/** A file that nobody has touched for a while, so that its time tells whether it is the same. */
async function settled(here: Desk, content: string, time = '2026-03-01T09:00:00Z'): Promise<void> {
  await here.write('people.csv', content);
  await utimes(path.join(here.folder, 'people.csv'), new Date(time), new Date(time));
}

async function loginsOf(here: Desk, sound: Sound, mostKept?: number): Promise<unknown> {
  const source = {
    options: fileOptions.parse({ path: 'people.csv', id: 'id' }),
    context: { system: 'hr', fetch, now: () => new Date(), baseDirectory: here.folder },
    signal: new AbortController().signal,
  };
  const { records } = await soundRecords(source, sound, mostKept);
  const all: IdentityRecord[] = [];
  for await (const record of records) all.push(record);
  return all.map(({ attributes }) => attributes.login);
}

it('reads a file once, until it looks like another one', async () => {
  await using here = await desk();
  const sound: Sound = {};
  await settled(here, ADA);
  expect(await loginsOf(here, sound)).toEqual(['ada', 'bob']);
  // Of the same size and time, which is as good as no change.
  await settled(here, EVE);
  expect(await loginsOf(here, sound)).toEqual(['ada', 'bob']);
  await settled(here, EVE, '2026-03-01T09:00:01Z');
  expect(await loginsOf(here, sound)).toEqual(['eve', 'bob']);
});

it('believes no time of a file that was written a moment ago', async () => {
  await using here = await desk();
  const sound: Sound = {};
  await here.write('people.csv', ADA);
  expect(await loginsOf(here, sound)).toEqual(['ada', 'bob']);
  await here.write('people.csv', EVE);
  expect(await loginsOf(here, sound)).toEqual(['eve', 'bob']);
});

it('keeps nothing of a file that is too large, and answers from it all the same', async () => {
  await using here = await desk();
  const sound: Sound = {};
  await settled(here, ADA);
  expect(await loginsOf(here, sound, 20)).toEqual(['ada', 'bob']);
  expect(await sound.kept?.records).toBeUndefined();
  expect(await loginsOf(here, sound, 20)).toEqual(['ada', 'bob']);
});

it('begins anew after a reading that failed', async () => {
  await using here = await desk();
  const sound: Sound = {};
  await settled(here, 'id,login\n1,ada\n1,again\n');
  await expect(loginsOf(here, sound)).rejects.toMatchObject({ code: 'file-invalid' });
  await settled(here, ADA, '2026-03-01T09:00:02Z');
  expect(await loginsOf(here, sound)).toEqual(['ada', 'bob']);
});
