/** The tenant about itself: as much as a client asks to see whether it reached the right one. */

import { contextOf } from '../query/shape.ts';
import type { Answer, Call } from './call.ts';

const EVERYTHING = { properties: [], navigation: [], explicit: false } as const;

export function organization({ tenant, base }: Call): Answer {
  return {
    status: 200,
    type: 'organization',
    body: {
      '@odata.context': contextOf(base, 'organization', EVERYTHING),
      value: [
        {
          id: tenant.id,
          displayName: tenant.displayName,
          tenantType: 'AAD',
          countryLetterCode: 'GB',
          verifiedDomains: tenant.domains.map((name, index) => ({
            name,
            capabilities: 'Email',
            type: 'Managed',
            isInitial: index === 0,
            isDefault: index === tenant.domains.length - 1,
          })),
        },
      ],
    },
  };
}

export function domains({ tenant, base }: Call): Answer {
  return {
    status: 200,
    type: 'domain',
    body: {
      '@odata.context': contextOf(base, 'domains', EVERYTHING),
      value: tenant.domains.map((id, index) => ({
        id,
        authenticationType: 'Managed',
        isAdminManaged: true,
        isDefault: index === tenant.domains.length - 1,
        isInitial: index === 0,
        isRoot: true,
        isVerified: true,
        supportedServices: ['Email'],
      })),
    },
  };
}
