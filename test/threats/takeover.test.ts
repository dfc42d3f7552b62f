import { expect, it } from 'vitest';
import { unsent } from '../../src/sync/status.ts';
import { contoso } from '../runs/contoso.ts';

it('T2: an account found by its e-mail alone keeps its user name, in this run and in every later one', async () => {
  await using company = await contoso();
  const victim = company.hire({ name: 'victim' });
  await company.run();
  // The account is the victim's own from before; a store that was lost knows nothing of that.
  await company.ramp.edit('victim@contoso.com', { userName: 'victim-of-old' });
  company.graph.control.act({ act: 'delete', id: victim });

  await using fresh = await company.startedAnew();
  fresh.hire({ name: 'mallory' });
  const mallory = fresh.graph.tenant.upns.get('mallory@contoso.com') ?? '';
  fresh.graph.control.act({
    act: 'update',
    id: mallory,
    properties: { mail: 'victim@contoso.com' },
  });
  await fresh.run();
  fresh.graph.control.act({
    act: 'update',
    id: mallory,
    properties: { mail: 'mallory@contoso.com' },
  });
  await fresh.run();
  await fresh.run({ full: true });

  const [account] = await fresh.ramp.users();
  expect(account).toMatchObject({ userName: 'victim-of-old', email: 'victim@contoso.com' });
  expect(account?.pendingEmail).toBeUndefined();
  const refused = await Array.fromAsync(unsent(fresh.engine));
  expect(refused).toMatchObject([{ label: 'mallory@contoso.com', code: 'unverified-link' }]);
});
