import { describe, expect, it } from 'vitest';
import type { Connector } from '../spi/index.ts';
import { openDirectory } from './connector.ts';
import { memoryStorage } from './memory.ts';
import { directoryOptions } from './options.ts';
import type { DirectoryStorage } from './storage.ts';

const { signal } = new AbortController();
const WORK = 'emails[type eq "work"].value';
const START = Date.parse('2026-03-01T09:00:00Z');
const HOUR = 3_600_000;

interface Inbox {
  readonly connector: Required<Connector>;
  readonly storage: DirectoryStorage;
  /** Lets time go by. */
  wait(milliseconds: number): void;
}

function open(): Inbox {
  let time = START;
  const storage = memoryStorage();
  const options = directoryOptions.parse({
    mail: { smtp: 'smtp://mail.contoso.com', address: 'https://lockstep.contoso.com' },
    receive: {
      invitation: { owner: 'it@contoso.com', subject: 'Welcome', text: 'Come in.' },
      confirm: [WORK],
      confirmation: { from: 'it@contoso.com', subject: 'Is it you?', hours: 24 },
    },
  });
  const connector = openDirectory('inbox', options, storage, () => new Date(time));
  return {
    storage,
    connector: connector as Required<Connector>,
    wait: (milliseconds) => {
      time += milliseconds;
    },
  };
}

/** Ada, whose new address waits; and the token of the mail to it. */
async function asked({ connector, storage }: Inbox) {
  const work = { userName: 'ada', [WORK]: 'ada@contoso.com' };
  const { ref } = await connector.create('user', work, { signal });
  await connector.update(ref, [{ path: WORK, after: 'king@contoso.com' }], { signal });
  const token = (await storage.mails()).at(-1)?.secret ?? '';
  const address = async () => (await connector.get(ref, { signal }))?.attributes.emails;
  return { ref, token, address };
}

const held = (value: string) => [{ type: 'work', value }];

describe('a letter', () => {
  it('is written for whom it is, with a link where something is asked', async () => {
    const inbox = open();
    const { token } = await asked(inbox);
    const letters = await inbox.connector.postbox.waiting(
      10,
      (secret) => `https://x.test/${secret}`,
    );
    expect(letters).toMatchObject([
      { from: 'it@contoso.com', to: 'ada@contoso.com', subject: 'Welcome', text: 'Come in.\n' },
      { from: 'it@contoso.com', to: 'king@contoso.com', subject: 'Is it you?' },
    ]);
    expect(letters[1]?.text).toContain(`https://x.test/${token}`);
  });

  it('is tried again after longer and longer, for a week', async () => {
    const inbox = open();
    await asked(inbox);
    const { postbox } = inbox.connector;
    const pauses: number[] = [];
    let waited = 0;
    for (let tries = 0; tries < 9; tries++) {
      const [letter] = await postbox.waiting(1, String);
      if (!letter) throw new Error('nothing is due');
      await postbox.failed(letter);
      let pause = 0;
      while ((await postbox.waiting(10, String)).every(({ id }) => id !== letter.id)) {
        inbox.wait(60_000);
        pause += 60_000;
      }
      pauses.push(pause / 60_000);
      waited += pause;
    }
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
    inbox.wait(7 * 24 * HOUR - waited);
    expect(await postbox.waiting(10, String)).toEqual([]);
  });

  it('that was delivered is not written again, and its secret is gone', async () => {
    const inbox = open();
    await asked(inbox);
    const { postbox } = inbox.connector;
    for (const letter of await postbox.waiting(10, String)) await postbox.delivered(letter);
    expect(await postbox.waiting(10, String)).toEqual([]);
    expect((await inbox.storage.mails()).map(({ secret }) => secret)).toEqual([
      undefined,
      undefined,
    ]);
  });
});

describe('a confirmation', () => {
  it('makes the change, once', async () => {
    const inbox = open();
    const { token, address } = await asked(inbox);
    expect(await address()).toEqual(held('ada@contoso.com'));
    expect(await inbox.connector.postbox.confirm(token)).toBe(true);
    expect(await address()).toEqual(held('king@contoso.com'));
    expect(await inbox.connector.postbox.confirm(token)).toBe(false);
  });

  it('with another secret, or of somebody else, changes nothing', async () => {
    const inbox = open();
    const { ref, token, address } = await asked(inbox);
    const other = await inbox.connector.create('user', { userName: 'eve' }, { signal });
    const secret = token.slice(ref.id.length + 1);
    for (const wrong of ['', 'x', ref.id, `${ref.id}.`, `${ref.id}.x`, `${other.ref.id}.${secret}`])
      expect(await inbox.connector.postbox.confirm(wrong)).toBe(false);
    expect(await address()).toEqual(held('ada@contoso.com'));
  });

  it('ends with its time, and asking again asks anew', async () => {
    const inbox = open();
    const { ref, token, address } = await asked(inbox);
    inbox.wait(25 * HOUR);
    expect(await inbox.connector.postbox.confirm(token)).toBe(false);
    await inbox.connector.update(ref, [{ path: WORK, after: 'king@contoso.com' }], { signal });
    const again = (await inbox.storage.mails()).at(-1)?.secret ?? '';
    expect(again).not.toBe(token);
    expect(await inbox.connector.postbox.confirm(again)).toBe(true);
    expect(await address()).toEqual(held('king@contoso.com'));
  });

  it('of a change that was taken back is none', async () => {
    const inbox = open();
    const { ref, token, address } = await asked(inbox);
    await inbox.connector.update(ref, [{ path: WORK, after: 'ada@contoso.com' }], { signal });
    expect(await inbox.connector.postbox.confirm(token)).toBe(false);
    expect(await address()).toEqual(held('ada@contoso.com'));
  });
});
