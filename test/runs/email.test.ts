import { expect, it } from 'vitest';
import { contoso } from './contoso.ts';

it('an e-mail change waits for its confirmation: sent once, pending, no drift', async () => {
  await using company = await contoso();
  const ada = company.hire({ name: 'ada.byron' });
  await company.run();
  company.graph.control.act({
    act: 'update',
    id: ada,
    properties: { mail: 'ada.lovelace@contoso.com' },
  });
  await company.run();
  expect((await company.users())['ada.byron']).toMatchObject({
    email: 'ada.byron@contoso.com',
    pendingEmail: 'ada.lovelace@contoso.com',
  });

  const sent = company.ramp.counters()['PATCH /Users'];
  company.graph.control.act({ act: 'update', id: ada, properties: { city: 'London' } });
  await company.run({ full: true });
  const changes = company.events.flatMap((event) =>
    event.type === 'outcome' && 'changes' in event.outcome.operation
      ? [event.outcome.operation.changes.map(({ path }) => path)]
      : [],
  );
  expect(changes).toEqual([
    ['emails[type eq "work"].value'],
    ['addresses[type eq "work"].locality'],
  ]);
  expect(company.ramp.counters()['PATCH /Users']).toBe((sent ?? 0) + 1);

  await company.ramp.confirmEmail('ada.byron@contoso.com');
  const { targets } = await company.run({ full: true });
  expect(targets[0]?.done ?? {}).toEqual({});
  expect((await company.users())['ada.byron']?.email).toBe('ada.lovelace@contoso.com');
});
