import { expect, it } from 'vitest';
import { contoso } from './contoso.ts';

it('two people of one name get two user names, and neither one that Ramp has already', async () => {
  await using company = await contoso({
    write: `
        match: [userName]
        map:
          userName:
            when: create
            value: 'SelectUniqueValue(Join("", [surname], "@contoso.com"), Join("", [surname], "1@contoso.com"), Join("", [surname], "2@contoso.com"))'`,
  });
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
