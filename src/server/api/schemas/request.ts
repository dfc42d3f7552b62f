/** What requests may say; whatever is not named here is refused. */

import { z } from 'zod';
import type { OutcomeQuery } from '../../../sync/ledger.ts';
import { named } from './named.ts';
import { instant } from './values.ts';

const name = z.string().min(1).max(200);

export const nothing = z.strictObject({});

const system = name.meta({ description: 'The name of a system, as configured.' });
const person = z.string().min(1).max(500).meta({
  description: 'Identity id, user name, e-mail, employee number or display name.',
});

export const planOf = z.strictObject({
  plan: name.meta({
    description: 'Its key; its id, or the beginning of that; or a system whose current one it is.',
  }),
});
export const runOf = z.strictObject({ run: name });
export const taskOf = z.strictObject({ task: name });
export const personOf = z.strictObject({ person });

/** Texts of a query are numbers only where one is expected. */
const limit = z.coerce.number<string>().int().min(1).max(100_000);

export const runsQuery = z.strictObject({
  limit: limit.default(20),
});

export const peopleQuery = z.strictObject({ q: person });

const what = z
  .string()
  .regex(/^[^=]+=/, 'write attribute=value')
  .meta({ description: 'attribute=value; without a value, the attribute is taken away.' });

export const explanationQuery = z.strictObject({
  system: z.exactOptional(system),
  set: z
    .exactOptional(z.union([what, z.array(what).max(100)]))
    .meta({ description: 'What if: may be repeated.' }),
});

const logShape = {
  limit: limit.default(50),
  target: z.exactOptional(system),
  run: z.exactOptional(name),
  identity: z.exactOptional(name),
  person: z.exactOptional(person),
  code: z.exactOptional(name),
  type: z.exactOptional(z.enum(['done', 'failed', 'skipped'] satisfies OutcomeQuery['type'][])),
  since: z.exactOptional(instant),
};

export const logQuery = z.strictObject(logShape);

export const unsentQuery = z.strictObject({
  target: z.exactOptional(system),
});

const systems = z.array(system).min(1).max(1000);

const planRequest = {
  systems: z
    .exactOptional(systems)
    .meta({ description: 'Sources and targets that take part; all when absent.' }),
  full: z
    .exactOptional(z.boolean())
    .meta({ description: 'Read everything, not only what changed.' }),
};

export const planBody = z.strictObject(planRequest);

const runRequest = {
  ...planRequest,
  typed: z.exactOptional(z.boolean()).meta({
    description:
      'A person typed this and may let a first run go unheld; believed of an administrator.',
  }),
};

export const runBody = z.strictObject(runRequest);

const systemRequest = { system: z.exactOptional(system) };

export const systemBody = z.strictObject(systemRequest);

named('PlanRequest', planBody);
named('RunRequest', runBody);
named('SystemRequest', systemBody);
