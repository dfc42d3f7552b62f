import { expect, it } from 'vitest';
import { contoso } from './contoso.ts';

it('carries one person from Entra ID into Ramp, and writes nothing when nothing changed', async () => {
  await using company = await contoso();
  company.hire({ name: 'ada.lovelace' });

  const first = await company.run();
  expect(first).toMatchObject({ verdict: 'done', targets: [{ done: { create: 1 } }] });
  expect(await company.users()).toMatchObject({
    'ada.lovelace': { email: 'ada.lovelace@contoso.com', department: 'R&D', location: 'Zurich' },
  });

  const before = company.ramp.counters();
  const second = await company.run();
  expect(second).toMatchObject({ verdict: 'done', targets: [{ done: {} }] });
  expect(company.ramp.counters()).toEqual(before);
});
