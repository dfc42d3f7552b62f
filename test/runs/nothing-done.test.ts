import { expect, it } from 'vitest';
import { contoso } from './contoso.ts';

it('writes nothing where nothing may be done, and catches up when that is taken out again', async () => {
  await using company = await contoso();
  const ada = company.hire({ name: 'ada.lovelace' });
  const alan = company.hire({ name: 'alan.turing' });
  await company.run();

  await using paused = await company.restart(undefined, '        do: []');
  const { control } = paused.graph;
  control.act({ act: 'update', id: ada, properties: { department: 'Finance' } });
  control.act({ act: 'update', id: alan, properties: { accountEnabled: false } });
  paused.hire({ name: 'grace.hopper' });
  paused.clock.advance(600);
  const report = await paused.run();
  expect(report.readings.map(({ result }) => result?.added)).toContain(1);
  expect(report.targets).toMatchObject([
    { done: {}, failed: {}, plan: { counts: {} }, omitted: { 'action-not-allowed': 3 } },
  ]);
  expect(await paused.users()).toMatchObject({
    'ada.lovelace': { department: 'R&D' },
    'alan.turing': { status: expect.not.stringMatching('USER_INACTIVE') },
  });
  expect(Object.keys(await paused.users())).toHaveLength(2);

  await using again = await paused.restart(undefined, '');
  const caught = await again.run();
  expect(caught.targets[0]?.done).toEqual({ create: 1, update: 1, disable: 1 });
});
