/** Two sources whose people are compared. */

import type { Attributes, Change } from '../../../identity/record.ts';
import type { SimilarRule } from '../../../warehouse/similar/rule.ts';
import type { SourceRules } from '../../../warehouse/warehouse.ts';
import { HR, type Office, type OpenDatabase, office, present, user } from './office.ts';

const SIMILAR: SimilarRule = {
  similar: [
    { attribute: 'givenName', comparison: { as: 'given-name' } },
    { attribute: 'surname', comparison: { as: 'surname' } },
    { attribute: 'birthDate', comparison: { as: 'birth-date' } },
    { attribute: 'mail', comparison: { as: 'email', tags: false, dots: false } },
    { attribute: 'mobile', comparison: { as: 'phone', country: 'DE' } },
  ],
  joins: 0.97,
  reviews: 0.5,
  never: ['employeeId'],
};

export const PAYROLL: SourceRules = {
  ...HR,
  system: 'payroll',
  join: [SIMILAR],
  defaultPrecedence: 300,
};
export const RULES = { sources: [{ ...HR, join: [SIMILAR] }, PAYROLL] };

export const GRACE = { givenName: 'Grace', surname: 'Hopper', birthDate: '1980-12-09' };

export const clerk = (id: string, attributes: Attributes): Change =>
  present(user('hr', id), attributes);
export const paid = (id: string, attributes: Attributes): Change =>
  present(user('payroll', id), attributes);

export async function company(open: OpenDatabase): Promise<Office> {
  const contoso = await office(open, RULES);
  await contoso.read('hr', 'user', [clerk('1', { ...GRACE, displayName: 'Grace' })]);
  return contoso;
}

/** Records of every identity, by system and id. */
export async function people({ warehouse, database }: Office): Promise<readonly string[]> {
  const ids = await database.all<{ readonly id: string }>('select id from identity order by id');
  const all = await Promise.all(ids.map(({ id }) => warehouse.identity(id)));
  return all.flatMap((person) =>
    person
      ? person.links
          .map(({ system, id }) => `${system}/${id}`)
          .toSorted()
          .join(' ')
      : [],
  );
}
