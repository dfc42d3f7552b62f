/** Systems that make something of what they are given, and are read again. */

import { describe, expect, it } from 'vitest';
import type { Connector } from '../../src/connectors/spi/index.ts';
import { company } from './writeback-world.ts';

/** HR keeps the address it has; whoever has none is given one, and the application is told. */
const CONFIGURATION = `
systems:
  hr:
    connector: scim
    profile: writeback
    options: { url: https://hr.contoso.com/scim/v2, token: "\${env:TOKEN}" }
    read:
      user: { creates: true, authority: true }
    write:
      user:
        map:
          nickName: "[mail]"
  app:
    connector: scim
    options: { url: https://app.contoso.com/scim/v2, token: "\${env:TOKEN}" }
    write:
      user:
        match: [userName]
        map:
          userName: "[employeeId]"
identity:
  user:
    mail: { default: 'Join("", [givenName], ".", [surname], "@contoso.com")' }
`.replace(
  'user: { creates: true, authority: true }',
  'user: { creates: true, authority: true, map: { mail: "[nickName]" } }',
);

const ADA = {
  userName: '42',
  name: { givenName: 'Ada', familyName: 'Lovelace' },
  'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { employeeNumber: '42' },
};

/** A directory that makes something of nicknames it is given. */
function making(make: (text: string) => string): (directory: Connector) => Connector {
  return (directory) => ({
    ...directory,
    update: async (target, changes, options) => {
      if (directory.update === undefined) throw new Error('a directory is written');
      const made = changes.map((change) =>
        change.path === 'nickName' && typeof change.after === 'string'
          ? { ...change, after: make(change.after) }
          : change,
      );
      return directory.update(target, made, options);
    },
  });
}

describe('a value that a system changes when it is written', { timeout: 30_000 }, () => {
  it.each([
    ['lower-cased', (text: string) => text.toLowerCase()],
    ['truncated', (text: string) => text.slice(0, 8)],
    ['flipped', (text: string) => [...text].map(flip).join('')],
  ])('is asked once, and read back as what was asked: %s', async (_, make) => {
    await using contoso = await company(CONFIGURATION, making(make));
    const ada = await contoso.hr.hire(ADA);
    for (let round = 0; round < 4; round++) await contoso.run();
    expect(contoso.hr.writes()).toBe(1);
    expect(await contoso.hr.account(ada)).toMatchObject({
      nickName: make('Ada.Lovelace@contoso.com'),
    });
    const [account] = await contoso.app.accounts();
    expect(account).toMatchObject({
      emails: [{ value: 'Ada.Lovelace@contoso.com' }],
    });
    expect(contoso.app.writes()).toBe(1);
  });
});

describe('a value that a system changes some time after it was written', {
  timeout: 30_000,
}, () => {
  it('is its own from then on, and not written to it again', async () => {
    await using contoso = await company(CONFIGURATION);
    const ada = await contoso.hr.hire(ADA);
    for (const nightly of ['ADA', 'ada', 'ADA', 'ada']) {
      await contoso.run();
      await contoso.hr.change(ada, 'nickName', nightly);
    }
    await contoso.run();
    expect(contoso.hr.writes()).toBe(1);
    expect(await contoso.app.accounts()).toMatchObject([{ emails: [{ value: 'ada' }] }]);
    // Nor is it drift, whoever asks.
    const request = { system: 'hr', trigger: 'command' } as const;
    expect(await contoso.verbs.reconcile(request, contoso.watch)).toMatchObject({ found: [] });
  });

  it.each([
    ['there and back', (round: number) => (round % 2 ? 'ada' : 'countess'), 7],
    ['to ever another one', (round: number) => `ada${round}`, 10],
  ])('is left alone for a day once it went on and on: %s', async (_, made, most) => {
    const spelt = CONFIGURATION.replace('nickName: "[mail]"', `nickName: 'ToUpper([mail])'`);
    await using contoso = await company(spelt);
    const ada = await contoso.hr.hire(ADA);
    await contoso.run();
    const omitted: string[] = [];
    for (let round = 0; round < 14; round++) {
      await contoso.hr.change(ada, 'nickName', made(round));
      const { targets } = await contoso.run();
      const hr = targets.find(({ target }) => target === 'hr');
      omitted.push(...Object.keys(hr?.omitted ?? {}));
    }
    expect(contoso.hr.writes()).toBe(most);
    expect(omitted.slice(-2)).toContain('write-loop');
    // The rest goes on.
    expect(await contoso.app.accounts()).toMatchObject([{ emails: [{ value: made(13) }] }]);
  });
});

function flip(letter: string): string {
  const small = letter.toLowerCase();
  return small === letter ? letter.toUpperCase() : small;
}
