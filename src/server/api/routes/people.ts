/** People, and why they are provisioned or not. */

import { type Endpoint, endpoint } from '../endpoint.ts';
import { ApiProblem } from '../problem.ts';
import { listOf } from '../schemas/named.ts';
import { explained, identity } from '../schemas/person.ts';
import { explanationQuery, nothing, peopleQuery, personOf } from '../schemas/request.ts';
import { knownSystems } from './known.ts';

export const PEOPLE: readonly Endpoint[] = [
  endpoint({
    name: 'findPeople',
    method: 'get',
    path: '/people',
    summary: 'Everybody known by exactly that name, compared without case.',
    parameters: nothing,
    query: peopleQuery,
    answers: { type: 'json', schema: listOf('People', identity) },
    work: async ({ query, verbs }) => ({
      type: 'json',
      value: { items: await verbs.people(query.q) },
    }),
  }),
  endpoint({
    name: 'explainPerson',
    method: 'get',
    path: '/people/{person}/explanation',
    summary: 'Why, why not, and what if, for each target. Writes nothing.',
    parameters: personOf,
    query: explanationQuery,
    answers: { type: 'json', schema: explained },
    refuses: ['unknown-person', 'ambiguous-person', 'unknown-system', 'attribute-hidden'],
    work: async ({ path, query: { system, set = [], group }, verbs, signal, hides }) => {
      if (system !== undefined) await knownSystems(verbs, [system]);
      const assumed = assumptions([set].flat());
      const hidden = Object.keys(assumed).find(hides);
      if (hidden !== undefined) throw guessing(hidden);
      const request = {
        ...path,
        ...(system !== undefined && { system }),
        ...(set.length > 0 && { set: assumed }),
        ...(group !== undefined && { group }),
      };
      const watch = { signal, progress: () => {} };
      return { type: 'json', value: await verbs.explain(request, watch) };
    },
  }),
];

function assumptions(texts: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    texts.map((text) => {
      const end = text.indexOf('=');
      return [text.slice(0, end), text.slice(end + 1)];
    }),
  );
}

/** Whether an assumed value changes anything would tell what the value is. */
function guessing(attribute: string): ApiProblem {
  return new ApiProblem(403, 'attribute-hidden', `${attribute} is not shown to viewers`, {
    remedy: 'ask somebody with the role operator',
  });
}
