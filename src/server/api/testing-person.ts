/** Somebody, and why she is as she is, for the tests of the API. */

import type { Identity } from '../../identity/identity.ts';
import type { Explained } from '../../sync/verbs.ts';
import { OUTCOME, UPDATE } from './testing-run.ts';

export const ADA: Identity = {
  id: 'i-ada',
  kind: 'user',
  attributes: {
    userPrincipalName: 'ada@contoso.com',
    birthDate: '1990-12-10',
    privatePhone: '+46 70 222 22 22',
  },
  origins: { userPrincipalName: 'entra', birthDate: 'hr', privatePhone: 'hr' },
  links: [{ system: 'hr', kind: 'user', id: '17' }],
  present: true,
};

export const EXPLAINED: Explained = {
  identity: ADA,
  label: 'ada@contoso.com',
  records: [
    { ref: { system: 'hr', kind: 'user', id: '17' }, attributes: { geburtstag: '1990-12-10' } },
  ],
  assumed: {},
  ruleGroups: [],
  names: [],
  targets: [
    {
      target: 'ramp',
      account: {
        ref: { system: 'ramp', kind: 'user', id: 'u1' },
        current: {
          userName: 'ada@contoso.com',
          'urn:ramp:User': { phone: '+46 70 111 11 11', desk: 'B2' },
        },
        asked: { 'urn:ramp:User:phone': '+46 70 111 11 11' },
        answered: { 'urn:ramp:User:phone': '+46 70 111 11 11' },
      },
      steps: [
        { type: 'active', verdict: true, seen: { accountEnabled: true } },
        {
          type: 'mapping',
          path: 'urn:ramp:User:phone',
          expression: '[privatePhone]',
          inputs: { privatePhone: '+46 70 222 22 22' },
          origins: { privatePhone: 'hr' },
          result: 'value',
          value: '+46 70 222 22 22',
        },
      ],
      decision: UPDATE,
      waits: [],
      history: [OUTCOME],
    },
  ],
};
