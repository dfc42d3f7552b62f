import { expect, it } from 'vitest';
import type { Role } from './policy.ts';
import { testApi } from './testing.ts';

const seenBy = async (role: Role): Promise<unknown> => {
  const response = await testApi().ask(role, 'GET', '/api/groups/sales/members');
  return JSON.parse(await response.text()).clauses[0].seen;
};

it('shows viewers why somebody is in a group, and no private value', async () => {
  expect(await seenBy('viewer')).toEqual({ birthDate: '[Redact]' });
  expect(await seenBy('operator')).toEqual({ birthDate: '1985-12-10' });
});
