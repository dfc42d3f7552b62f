import { expect, it } from 'vitest';
import { contoso } from '../runs/contoso.ts';

it.each([
  ['refuses a second account of a name', true],
  ['refuses nothing', false],
])('T26: an answer that is lost makes no second account where Ramp %s', async (_, uniqueness) => {
  await using company = await contoso({ uniqueness });
  for (const name of ['ada', 'grace', 'edsger']) company.hire({ name });
  company.ramp.fault({ type: 'lose-answer', on: 'POST /Users', times: 2 });
  await company.run();
  for (let minute = 0; minute < 7; minute++) {
    company.clock.advance(60);
    await company.run();
  }
  expect(await company.ramp.users()).toHaveLength(3);
  expect(company.ramp.counters()['POST /Users']).toBe(3);
});
