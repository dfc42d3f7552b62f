import { expect, it } from 'vitest';
import { verbsOf } from '../../src/sync/bind.ts';
import { provision } from '../../src/sync/provision.ts';
import { release } from '../../src/sync/release.ts';
import { type Contoso, contoso } from './contoso.ts';

const WRITE = `
        match: [userName]
        map:
          userName:
            when: create
            value: 'SelectUniqueValue(Join("", [surname], "@contoso.com"), Join("", [surname], Counter(), "@contoso.com"))'`;

async function names(company: Contoso): Promise<readonly string[]> {
  return (await company.ramp.users()).map(({ userName }) => userName).toSorted();
}

it('three people of one name get three user names, and keep them', async () => {
  await using company = await contoso({ write: WRITE });
  for (const name of ['ada.lovelace', 'augusta.lovelace', 'grace.lovelace']) company.hire({ name });
  await company.run();
  const users = await company.ramp.users();
  expect(users.map(({ userName }) => userName).toSorted()).toEqual([
    'Lovelace1@contoso.com',
    'Lovelace2@contoso.com',
    'Lovelace@contoso.com',
  ]);
  await company.run({ full: true });
  expect(await company.ramp.users()).toEqual(users);
});

it('what a held plan gives to somebody is given to nobody else meanwhile', async () => {
  await using company = await contoso({ write: `        firstRun: hold${WRITE}` });
  company.hire({ name: 'ada.lovelace' });
  expect((await company.run({ trigger: 'schedule' })).verdict).toBe('held');
  company.hire({ name: 'augusta.lovelace' });
  await company.run({ trigger: 'schedule', targets: [] });
  await provision(company.engine, { person: 'augusta.lovelace@contoso.com' }, company.watch);
  expect(await names(company)).toEqual(['Lovelace1@contoso.com']);
  const released = await release(company.engine, { type: 'system' }, company.watch);
  expect(released.targets[0]).toMatchObject({ done: { create: 1 } });
  expect(await names(company)).toEqual(['Lovelace1@contoso.com', 'Lovelace@contoso.com']);
});

it('a name that was given up in the target is free a year later, and explained as it would be', async () => {
  await using company = await contoso({ write: WRITE });
  company.hire({ name: 'ada.lovelace' });
  await company.run();
  await company.ramp.edit('Lovelace@contoso.com', { userName: 'king@contoso.com' });
  await verbsOf(company.engine).reconcile({ system: 'ramp', trigger: 'command' }, company.watch);
  company.clock.advance(86_400);
  company.hire({ name: 'augusta.lovelace' });
  const explained = async () => {
    const { targets } = await verbsOf(company.engine).explain(
      { person: 'augusta.lovelace@contoso.com' },
      company.watch,
    );
    return targets[0]?.decision;
  };
  await company.run({ targets: [] });
  expect(await explained()).toMatchObject({
    action: 'create',
    attributes: { userName: 'Lovelace1@contoso.com' },
  });
  company.clock.advance(366 * 86_400);
  expect(await explained()).toMatchObject({ attributes: { userName: 'Lovelace@contoso.com' } });
});
