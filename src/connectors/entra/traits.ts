/** How Entra ID behaves as a target. */

import type { AttributeRule, TargetTraits } from '../spi/index.ts';

/** A read that contradicts a write is nobody's edit before it has lasted so long. */
const LAG_SECONDS = 900;

const LENGTHS: Readonly<Record<string, number>> = {
  city: 128,
  companyName: 64,
  country: 128,
  department: 64,
  displayName: 256,
  employeeId: 16,
  givenName: 64,
  jobTitle: 128,
  mobilePhone: 64,
  postalCode: 40,
  state: 128,
  streetAddress: 1024,
  surname: 64,
};

const NICKNAME: AttributeRule = {
  path: 'mailNickname',
  maxLength: 64,
  forbiddenCharacters: '@()\\[]";:<>, ',
  remedy: 'Leave these characters out in the mapping: NormalizeDiacritics, StripSpaces, Replace.',
};

const FIXED = ['groupTypes', 'isAssignableToRole', 'mailEnabled', 'uniqueName'];

export const TRAITS: Partial<TargetTraits> = {
  enabledPath: 'accountEnabled',
  visibilityLagSeconds: LAG_SECONDS,
  uniquePaths: ['userPrincipalName', 'uniqueName'],
  maxMembersPerRequest: 400,
  attributeRules: {
    user: [...Object.entries(LENGTHS).map(([path, maxLength]) => ({ path, maxLength })), NICKNAME],
    group: [
      { path: 'displayName', maxLength: 256 },
      NICKNAME,
      ...FIXED.map((path) => ({ path, createOnly: true as const })),
    ],
  },
};
