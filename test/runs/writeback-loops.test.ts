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

describe('a value that a system changes when it is written', () => {
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

function flip(letter: string): string {
  const small = letter.toLowerCase();
  return small === letter ? letter.toUpperCase() : small;
}
