/**
 * What a mapping redacts was only ever meant for its target. Whatever a verb tells of operations,
 * accounts and differences passes here; the file of a plan alone has the values, to be carried out.
 */

import {
  hiddenIn,
  isSecret,
  type Secrecy,
  secrecyOfPaths,
  secretsOf,
  withoutSecrets,
} from '../apply/secrecy.ts';
import type { Attributes, AttributeValue, ObjectKind, SystemName } from '../identity/record.ts';
import { REDACTED, scrubbed, textsIn } from '../mapping/redacted.ts';
import type { Operation } from '../plan/plan.ts';
import type { PlanKey } from '../plan/plans.ts';
import type { Step } from '../plan/trace.ts';
import type { Engine } from './engine.ts';
import type { OutcomeDetail, OutcomeRow } from './ledger.ts';
import type { DriftRow } from './reconcile-storage.ts';
import { remembering } from './remembering.ts';
import type { Explained, ProvisionReport, TargetExplanation } from './verbs.ts';

export interface Teller {
  /** @param plan Of which it is: what was redacted when that was made is not shown later either. */
  operation(operation: Operation, plan?: PlanKey): Promise<Operation>;
  outcome(row: OutcomeRow): Promise<OutcomeRow>;
  detail(detail: OutcomeDetail): Promise<OutcomeDetail>;
  explained(explained: Explained): Promise<Explained>;
  provisioned(report: ProvisionReport): Promise<ProvisionReport>;
  drift(row: DriftRow): DriftRow;
}

export function tellerOf(engine: Knowing): Teller {
  const { ofNow, ofPlan } = secrecies(engine);
  const outcome = async <Row extends OutcomeRow>(row: Row): Promise<Row> => {
    const secrecy = await ofPlan(row.plan, row.operation);
    const told = { ...row, operation: operationTold(row.operation, secrecy) };
    return withoutCitations(told, secretsOf(row.operation, secrecy));
  };
  return {
    operation: async (operation, plan) => {
      const secrecy = plan === undefined ? ofNow(operation) : await ofPlan(plan, operation);
      return operationTold(operation, secrecy);
    },
    outcome,
    detail: async (detail) => {
      const secrecy = await ofPlan(detail.plan, detail.operation);
      const exchanges = detail.exchanges.map((exchange) => exchangeTold(exchange, secrecy));
      return outcome({ ...detail, exchanges });
    },
    explained: async (explained) => ({
      ...explained,
      records: explained.records.map((record) => ({
        ...record,
        attributes: withoutSecrets(record.attributes, ofNow(record.ref)),
      })),
      targets: await Promise.all(
        explained.targets.map(async (target) => {
          const history = await Promise.all(target.history.map(outcome));
          const space = { system: target.target, kind: explained.identity.kind };
          return targetTold({ ...target, history }, ofNow(space));
        }),
      ),
    }),
    provisioned: async (report) => ({
      ...report,
      targets: await Promise.all(
        report.targets.map(async (target) => ({
          ...target,
          outcomes: await Promise.all(target.outcomes.map(outcome)),
        })),
      ),
    }),
    drift: (row) => {
      const { target: system, kind, path } = row;
      return path !== undefined && isSecret(path, ofNow({ system, kind })) ? driftTold(row) : row;
    },
  };
}

type Knowing = Pick<Engine, 'targets' | 'plans'>;

interface Space {
  readonly system: SystemName;
  readonly kind: ObjectKind;
}

/** A page of the log is of a few plans. */
const MOST_PLANS = 50;

/** What is redacted, by the configuration in force, and by the one under which a plan was made. */
function secrecies({ targets, plans }: Knowing): {
  ofNow(space: Space): Secrecy;
  ofPlan(plan: PlanKey, space: Space): Promise<Secrecy>;
} {
  const byPaths = new Map<string, Secrecy>();
  const ofPaths = (paths: ReadonlySet<string>): Secrecy => {
    const key = [...paths].join('\n');
    const known = byPaths.get(key) ?? secrecyOfPaths([...paths]);
    byPaths.set(key, known);
    return known;
  };
  const today = ({ system, kind }: Space) =>
    targets.flatMap((target) =>
      target.system === system && target.kind === kind
        ? target.mapping.rows.flatMap(({ row, redacted }) => (redacted ? [row.path] : []))
        : [],
    );
  const rulesOf = remembering(MOST_PLANS, (plan) => plans.rules(plan));
  return {
    ofNow: (space) => ofPaths(new Set(today(space))),
    ofPlan: async (plan, space) => {
      const rows = (await rulesOf(plan))?.[space.kind]?.rows ?? [];
      const then = rows.flatMap(({ path, redacted }) => (redacted ? [path] : []));
      return ofPaths(new Set([...today(space), ...then]));
    },
  };
}

function operationTold(
  operation: Operation,
  secrecy: Secrecy,
  secrets: Set<string> = new Set(),
): Operation {
  const hidden = (values: Attributes) => withoutSecrets(values, secrecy, secrets);
  if (operation.action === 'create') {
    const { attributes, match } = operation;
    return { ...operation, attributes: hidden(attributes), match: hidden(match) };
  }
  const { precondition } = operation;
  const known = { precondition: { ...precondition, held: hidden(precondition.held) } };
  switch (operation.action) {
    case 'update':
    case 'enable':
    case 'disable': {
      const { adopts } = operation;
      const changes = operation.changes.map((change) => changeTold(change, secrecy, secrets));
      return { ...operation, ...known, changes, ...(adopts && { adopts: hidden(adopts) }) };
    }
    case 'link':
    case 'unlink':
      return { ...operation, ...known, adopts: hidden(operation.adopts) };
    case 'delete':
      return { ...operation, ...known, before: hidden(operation.before) };
    case 'add-members':
    case 'remove-members':
      return { ...operation, ...known };
  }
}

interface Change {
  readonly path: string;
  readonly before?: AttributeValue;
  readonly after?: AttributeValue;
}

function changeTold(change: Change, secrecy: Secrecy, secrets: Set<string>): Change {
  const { path, before, after } = change;
  if (!isSecret(path, secrecy)) return change;
  for (const text of textsIn([before, after])) secrets.add(text);
  return {
    path,
    ...(before !== undefined && { before: REDACTED }),
    ...(after !== undefined && { after: REDACTED }),
  };
}

function exchangeTold(
  exchange: OutcomeDetail['exchanges'][number],
  secrecy: Secrecy,
): OutcomeDetail['exchanges'][number] {
  const { sent, answer } = hiddenIn(exchange, secrecy);
  return {
    ...exchange,
    ...(sent !== undefined && { sent }),
    ...(answer !== undefined && { answer }),
  };
}

/** What is hidden anywhere in it is not cited elsewhere in it. */
function targetTold(explained: TargetExplanation, secrecy: Secrecy): TargetExplanation {
  const secrets = new Set<string>();
  const hidden = (values: Attributes) => withoutSecrets(values, secrecy, secrets);
  const { account, inFlight, steps, decision } = explained;
  const told: TargetExplanation = {
    ...explained,
    ...(account && {
      account: {
        ...account,
        current: hidden(account.current),
        asked: hidden(account.asked),
        answered: hidden(account.answered),
      },
    }),
    ...(inFlight && { inFlight: { ...inFlight, match: hidden(inFlight.match) } }),
    steps: steps.map((step) => stepTold(step, secrecy, secrets)),
    decision: 'action' in decision ? operationTold(decision, secrecy, secrets) : decision,
  };
  return withoutCitations(told, secrets);
}

function stepTold(step: Step, secrecy: Secrecy, secrets: Set<string>): Step {
  switch (step.type) {
    case 'match':
      return {
        ...step,
        tried: step.tried.map((each) => {
          if (!isSecret(each.path, secrecy)) return each;
          for (const text of textsIn(each.value)) secrets.add(text);
          return { ...each, value: REDACTED };
        }),
      };
    case 'difference':
      return {
        ...step,
        changes: step.changes.map((change) => changeTold(change, secrecy, secrets)),
      };
    // Rows are told by the planner itself without what they redact.
    case 'mapping':
    case 'active':
    case 'assigned':
    case 'scope':
    case 'pilot':
    case 'required':
    case 'precheck':
      return step;
  }
}

function driftTold(row: DriftRow): DriftRow {
  const { asked, answered, current } = row;
  return {
    ...row,
    ...(asked !== undefined && { asked: REDACTED }),
    ...(answered !== undefined && { answered: REDACTED }),
    ...(current !== undefined && { current: REDACTED }),
  };
}

/** Members that are sentences, or bodies of which only the beginning was kept, as a text. */
const CITING: ReadonlySet<string> = new Set(['answer', 'detail', 'message', 'remedy', 'sent']);

function withoutCitations<Told>(told: Told, secrets: ReadonlySet<string>): Told {
  return secrets.size === 0 ? told : (scrubbed(told, secrets, CITING) as Told);
}
