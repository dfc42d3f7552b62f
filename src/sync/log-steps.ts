/**
 * The five steps of an operation, from what was kept of it. Whether somebody was in scope is worked
 * out by the planner's own code, over the values and the rules of that time.
 */

import { isSecret, type Secrecy, secrecyOfPaths, withoutSecrets } from '../apply/secrecy.ts';
import type { Attributes, AttributeValue } from '../identity/record.ts';
import type { Scope } from '../mapping/mapping.ts';
import { REDACTED } from '../mapping/redacted.ts';
import { compileScope } from '../mapping/scope.ts';
import type { KeptRow, KindRules } from '../plan/basis.ts';
import { type Evidence, isPassedOn } from '../plan/evidence.ts';
import type { Operation } from '../plan/plan.ts';
import { standing } from '../plan/standing.ts';
import type { Step } from '../plan/trace.ts';
import type { OutcomeDetail, OutcomeRow } from './ledger.ts';
import type {
  ImportStep,
  LogEntry,
  MatchStep,
  PlannedChange,
  PlanStep,
  ScopeStep,
} from './log-entry.ts';

export async function* entriesOf(details: AsyncIterable<OutcomeDetail>): AsyncGenerator<LogEntry> {
  for await (const detail of details) yield logEntryOf(detail);
}

function logEntryOf(kept: OutcomeDetail): LogEntry {
  const rules = kept.made?.rules?.[kept.operation.kind];
  const operation = told(kept.operation, secrecyIn(rules));
  const detail = { ...kept, operation };
  const { evidence: _, made: __, exchanges, ...row } = detail;
  const scope = scopeStep(detail, rules);
  const { attempts, milliseconds, type: result } = row;
  const remedy = remedyOf(row);
  return {
    ...row,
    steps: {
      import: importStep(detail),
      scope,
      match: matchStep(detail),
      plan: planStep(detail, rules, scope),
      write: {
        result,
        ...(attempts !== undefined && { attempts }),
        milliseconds,
        exchanges,
        ...(remedy !== undefined && { remedy }),
      },
    },
  };
}

const NOTHING_SECRET = secrecyOfPaths([]);
const secrecies = new WeakMap<KindRules, Secrecy>();

/** Entries of one plan have the same rules. */
function secrecyIn(rules: KindRules | undefined): Secrecy {
  if (rules === undefined) return NOTHING_SECRET;
  const known = secrecies.get(rules);
  if (known !== undefined) return known;
  const rows = rules.rows.filter((row) => row.redacted);
  const secrecy = secrecyOfPaths(rows.map(({ path }) => path));
  secrecies.set(rules, secrecy);
  return secrecy;
}

function importStep({ operation, evidence, made }: OutcomeDetail): ImportStep {
  return {
    cause: operation.cause,
    ...(evidence?.since !== undefined && { since: evidence.since }),
    records: evidence?.records ?? [],
    sources: made?.sources ?? [],
  };
}

function scopeStep(
  { operation: { reason }, evidence, made }: OutcomeDetail,
  rules: KindRules | undefined,
): ScopeStep {
  if (evidence === undefined || made === undefined || rules === undefined) {
    return { reason, facts: [] };
  }
  const facts: Step[] = [];
  const scope = rules.scope === undefined ? undefined : scopeNamed(rules.scope);
  const { assigned } = rules;
  const stood = standing(
    standerOf(evidence),
    { ...(assigned !== undefined && { assigned }), ...(scope !== undefined && { scope }) },
    made.createdAt,
    (step) => void facts.push(step),
  );
  if (rules.pilot) facts.push({ type: 'pilot', verdict: true });
  return { reason, verdict: stood.in, facts };
}

function standerOf({ seen, present, assigned }: Evidence): Parameters<typeof standing>[0] {
  return {
    identity: { present, attributes: seen },
    hasReports: seen.HasReports === true,
    ...(assigned !== undefined && { assigned }),
  };
}

/** A page of the log has one scope for each target. */
const MOST_SCOPES = 100;
const scopes = new Map<string, Scope | undefined>();

function scopeNamed(text: string): Scope | undefined {
  if (scopes.size >= MOST_SCOPES) scopes.clear();
  if (!scopes.has(text)) {
    const compiled = compileScope(text);
    scopes.set(text, compiled.ok ? compiled.value : undefined);
  }
  return scopes.get(text);
}

function matchStep({ operation, evidence }: OutcomeDetail): MatchStep {
  if (operation.action === 'create') {
    const tried = Object.entries(operation.match).map(([path, value]) => ({ path, value }));
    return { result: 'none', tried };
  }
  const { target: account } = operation;
  const by = evidence?.foundBy;
  const found =
    by !== undefined || operation.action === 'link' || ('links' in operation && operation.links);
  return {
    result: found ? 'found' : 'linked',
    account,
    ...(by !== undefined && { by }),
    tried: [],
  };
}

function planStep(
  { operation, plan, made, evidence }: OutcomeDetail,
  rules: KindRules | undefined,
  { verdict }: ScopeStep,
): PlanStep {
  const rows = new Map((rules?.rows ?? []).map((row) => [row.path, row]));
  const isOut = verdict === false;
  const changes = changesOf(operation).map((change): PlannedChange => {
    const row = rows.get(change.path);
    const ruled = row !== undefined && evidence !== undefined && decides(row, operation, isOut);
    const origin = operation.origins[change.path];
    return {
      type: 'mapping',
      ...change,
      ...(ruled && { expression: row.expression }),
      inputs: ruled ? inputsOf(row, change.after, evidence.seen, isOut) : {},
      ...(origin !== undefined && { origin }),
    };
  });
  return {
    plan: made === undefined ? plan : made.id,
    ...(made !== undefined && { madeAt: made.createdAt, configVersion: made.configVersion }),
    changes,
    ...('precondition' in operation && {
      held: operation.precondition.held,
    }),
  };
}

/** Whoever is out is turned off because of that, whatever the mapping says of everybody else. */
function decides({ inputs }: KeptRow, { action }: Operation, isOut: boolean): boolean {
  return action !== 'delete' && (!isOut || inputs.includes('IsSoftDeleted'));
}

type Change = Pick<PlannedChange, 'path' | 'before' | 'after'>;

function changesOf(operation: Operation): readonly Change[] {
  switch (operation.action) {
    case 'create':
      return Object.entries(operation.attributes).map(([path, after]) => ({ path, after }));
    case 'update':
    case 'enable':
    case 'disable':
      return operation.changes;
    case 'delete':
      return Object.entries(operation.before).map(([path, before]) => ({ path, before }));
    case 'link':
    case 'unlink':
    case 'add-members':
    case 'remove-members':
      return [];
  }
}

function redacted({ path, before, after }: Change): Change {
  return {
    path,
    ...(before !== undefined && { before: REDACTED }),
    ...(after !== undefined && { after: REDACTED }),
  };
}

/** What a mapping redacts is shown nowhere: it was only ever meant for the target. */
function told(operation: Operation, secrecy: Secrecy): Operation {
  const hidden = (values: Attributes) => withoutSecrets(values, secrecy);
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
      const changes = operation.changes.map((change) =>
        isSecret(change.path, secrecy) ? redacted(change) : change,
      );
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

/** The counterpart of what `evidenceOf` leaves out. */
function inputsOf(
  row: KeptRow,
  written: AttributeValue | undefined,
  seen: Attributes,
  isOut: boolean,
): Attributes {
  if (row.redacted) return {};
  const inputs: Record<string, AttributeValue> = {};
  for (const input of row.inputs) {
    const passedOn = written !== undefined && isPassedOn({ row }, input, written);
    const value =
      input === 'IsSoftDeleted' ? isOut : (seen[input] ?? (passedOn ? written : undefined));
    if (value !== undefined) inputs[input] = value;
  }
  return inputs;
}

type Skipped = 'moved' | 'blocked' | 'quarantined' | 'cancelled' | 'superseded';

const AFTER_SKIPPING: Readonly<Record<Skipped, string>> = {
  moved: 'nothing is to be done: the next run plans from what is there now',
  blocked: 'look at what failed before it, then let the rest go: lockstep release',
  quarantined: 'see lockstep status; the system is tried again by itself',
  cancelled: 'nothing is to be done: the next run goes on with it',
  superseded: 'nothing is to be done: this person was taken ahead of the plan',
};

/** What can be done about an operation that was not done. */
export function remedyOf({ type, failure, why }: OutcomeRow): string | undefined {
  if (type === 'failed') return failure?.remedy;
  if (type === 'done' || why === undefined || !Object.hasOwn(AFTER_SKIPPING, why)) return undefined;
  return AFTER_SKIPPING[why as Skipped];
}
