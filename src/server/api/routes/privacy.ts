/** What is stored about one person: everything, for whoever may see all of it. */

import { type Endpoint, endpoint } from '../endpoint.ts';
import { personExport } from '../schemas/privacy.ts';
import { nothing, personOf } from '../schemas/request.ts';

export const PRIVACY: readonly Endpoint[] = [
  endpoint({
    name: 'exportPerson',
    method: 'get',
    path: '/people/{person}/export',
    summary: 'Everything that is stored about one person, as one document.',
    parameters: personOf,
    query: nothing,
    answers: { type: 'json', schema: personExport },
    refuses: ['unknown-person', 'ambiguous-person'],
    work: async ({ path, verbs }) => ({
      type: 'document',
      name: 'person.json',
      value: await verbs.exportPerson(path.person),
    }),
  }),
];
