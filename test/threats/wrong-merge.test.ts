import { expect, it } from 'vitest';
import { contoso } from '../runs/contoso.ts';

it('T19: two people with one e-mail address never become one account', async () => {
  await using company = await contoso();
  const ada = company.hire({ name: 'ada.lovelace' });
  company.hire({ name: 'grace.hopper' });
  company.graph.control.act({
    act: 'update',
    id: ada,
    properties: { mail: 'grace.hopper@contoso.com' },
  });
  await company.run();
  await company.run({ full: true });
  const accounts = await company.ramp.users();
  expect(accounts.map(({ userName }) => userName).toSorted()).toEqual([
    'ada.lovelace@contoso.com',
    'grace.hopper@contoso.com',
  ]);
});

it('T19: an account that belongs to somebody is left to a person to decide', async () => {
  await using company = await contoso();
  company.hire({ name: 'grace.hopper' });
  await company.run();
  const ada = company.hire({ name: 'ada.lovelace' });
  company.graph.control.act({
    act: 'update',
    id: ada,
    properties: { mail: 'grace.hopper@contoso.com' },
  });
  const report = await company.run();
  expect(report.targets[0]).toMatchObject({ done: {}, omitted: { 'account-taken': 1 } });
  expect(await company.ramp.users()).toHaveLength(1);
  expect(await company.engine.warehouse.reviews()).toMatchObject([{ kind: 'ambiguous-match' }]);
});
