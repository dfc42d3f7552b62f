/** What requests may say; whatever is not named here is refused. */

import { z } from 'zod';
import type { OutcomeQuery } from '../../../sync/ledger.ts';
import { checkpoint, deed } from './audit.ts';
import { named } from './named.ts';
import { action } from './plan.ts';
import { driftAction, driftState, driftType, orphanAction } from './reconcile.ts';
import { instant } from './values.ts';

const name = z.string().min(1).max(200);

const system = name.meta({ description: 'The name of a system, as configured.' });

export const nothing = z.strictObject({});

const person = z.string().min(1).max(500).meta({
  description: 'Identity id, user name, e-mail, employee number or display name.',
});

export const planOf = z.strictObject({
  plan: name.meta({
    description: 'Its key; its id, or the beginning of that; or a system whose current one it is.',
  }),
});
export const runOf = z.strictObject({ run: name });
export const systemOf = z.strictObject({ system });
export const taskOf = z.strictObject({ task: name });
export const personOf = z.strictObject({ person });
export const groupOf = z.strictObject({ group: name });

/** Texts of a query are numbers only where one is expected. */
const limit = z.coerce.number<string>().int().min(1).max(100_000);

export const runsQuery = z.strictObject({
  limit: limit.default(20),
});

export const peopleQuery = z.strictObject({ q: person });

export const showQuery = z.strictObject({
  asOf: z.exactOptional(instant).meta({ description: 'As it was then; now when absent.' }),
});

export const historyQuery = z.strictObject({
  limit: z.coerce.number<string>().int().min(1).max(1000).default(50),
});

const what = z
  .string()
  .regex(/^[^=]+=/, 'write attribute=value')
  .meta({ description: 'attribute=value; without a value, the attribute is taken away.' });

export const explanationQuery = z.strictObject({
  system: z.exactOptional(system),
  set: z
    .exactOptional(z.union([what, z.array(what).max(100)]))
    .meta({ description: 'What if: may be repeated.' }),
  without: z
    .exactOptional(system)
    .meta({ description: 'What if this source said nothing of the person.' }),
  at: z.exactOptional(instant).meta({ description: 'As of then, whether past or to come.' }),
  asOf: z
    .exactOptional(instant)
    .meta({ description: 'The same, and refused where it is to come.' }),
  attribute: z
    .exactOptional(name)
    .meta({ description: 'Also where this value comes from, and who else offers one.' }),
  group: z
    .exactOptional(name)
    .meta({ description: 'Of memberships only that of this group, and why there is none.' }),
});

const logShape = {
  limit: z.coerce.number<string>().int().min(1).default(50),
  target: z.exactOptional(system),
  run: z.exactOptional(name),
  identity: z.exactOptional(name),
  person: z.exactOptional(person),
  code: z.exactOptional(name),
  type: z.exactOptional(z.enum(['done', 'failed', 'skipped'] satisfies OutcomeQuery['type'][])),
  since: z.exactOptional(instant),
  until: z.exactOptional(instant).meta({ description: 'Only what is older.' }),
};

export const logQuery = z.strictObject(logShape);

export const entriesQuery = z.strictObject({
  ...logShape,
  entry: z.exactOptional(name).meta({
    description: "Only this one; the plan's key in front of the dot may be cut short.",
  }),
});

export const unsentQuery = z.strictObject({
  target: z.exactOptional(system),
});

export const auditQuery = z.strictObject({
  from: z.exactOptional(instant),
  to: z.exactOptional(instant),
  actor: z.exactOptional(name).meta({ description: 'A part of who did it, without case.' }),
  action: z.exactOptional(deed),
  person: z.exactOptional(person),
  subject: z.exactOptional(name).meta({ description: 'A run, a plan, a system, a token.' }),
  limit: z.coerce.number<string>().int().min(1).default(50),
});

export const verificationBody = z.strictObject({
  checkpoint: z.exactOptional(checkpoint).meta({ description: 'As it was printed at its time.' }),
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

export const withBody = z
  .strictObject({
    configuration: z.exactOptional(z.string().max(60_000)).meta({
      description:
        'The document, as text. What it refers to is looked up at the server. Without it, the one in force.',
    }),
    at: z.exactOptional(instant).meta({
      description: 'As on that day, if no source says anything new until then.',
    }),
    systems: z.exactOptional(z.array(system).min(1)),
  })
  .refine(
    ({ configuration, at }) => configuration !== undefined || at !== undefined,
    'a configuration to try, a day to come, or both',
  );

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

const people = z.array(person).min(1).max(10_000);

/** Of a held plan, only a part. */
const part = {
  only: z.exactOptional(people).meta({ description: 'Only these people, by any of their names.' }),
  except: z.exactOptional(people).meta({ description: 'Everybody but these.' }),
  actions: z.exactOptional(z.array(action).min(1)),
};

export const partBody = z.strictObject(part);

export const heldBody = z.strictObject({ ...systemRequest, ...part });

export const reconcileBody = z.strictObject({
  action: z
    .exactOptional(driftAction)
    .meta({ description: 'For every attribute, instead of the policy of the configuration.' }),
  orphans: z.exactOptional(orphanAction),
  account: z
    .exactOptional(name)
    .meta({ description: 'Only this one, as it was found last: nothing is read.' }),
  to: z.exactOptional(person).meta({ description: 'With an account and link: whose it is.' }),
});

export const driftQuery = z.strictObject({
  target: z.exactOptional(system),
  kind: z.exactOptional(name),
  account: z.exactOptional(name),
  state: z.exactOptional(z.union([driftState, z.array(driftState)])),
  type: z.exactOptional(z.union([driftType, z.array(driftType)])),
});

export const undoBody = z.strictObject({
  system: z.exactOptional(system),
  recreate: z
    .exactOptional(z.boolean())
    .meta({ description: 'Accounts that the run deleted are created again.' }),
});

named('PlanRequest', planBody);
named('RunRequest', runBody);
named('SystemRequest', systemBody);
named('PartRequest', partBody);
named('HeldRequest', heldBody);
named('ReconcileRequest', reconcileBody);
named('UndoRequest', undoBody);
named('VerificationRequest', verificationBody);
