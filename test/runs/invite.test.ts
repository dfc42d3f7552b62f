import { expect, it } from 'vitest';
import { contoso } from './contoso.ts';

it('invites name the manager as sender or the account owner, and issue spend programs', async () => {
  await using company = await contoso({
    accountOwner: 'owner@contoso.com',
    spendPrograms: ['Travel'],
  });
  company.hire({ name: 'ada.lovelace' });
  company.hire({ name: 'grace.hopper', manager: 'ada.lovelace' });
  await company.run();
  const mails = await company.ramp.mailbox();
  expect(mails.map(({ from, to }) => [from, to])).toEqual([
    ['owner@contoso.com', 'ada.lovelace@contoso.com'],
    ['ada.lovelace@contoso.com', 'grace.hopper@contoso.com'],
  ]);
});
