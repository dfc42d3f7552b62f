/**
 * The five steps of an operation, from what was kept of it. Whether somebody was in scope is worked
 * out by the planner's own code, over the values and the rules of that time.
 */

import type { Attributes, AttributeValue } from '../identity/record.ts';
import type { Scope } from '../mapping/mapping.ts';
import { REDACTED } from '../mapping/redacted.ts';
import { compileScope } from '../mapping/scope.ts';
import type { KeptRow, KindRules } from '../plan/basis.ts';
import { type Evidence, isPassedOn, withheldInputs } from '../plan/evidence.ts';
import type { Operation, Reason } from '../plan/plan.ts';
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

/** @param details As they may be told. */
export async function* entriesOf(details: AsyncIterable<OutcomeDetail>): AsyncGenerator<LogEntry> {
  for await (const detail of details) yield logEntryOf(detail);
}

function logEntryOf(detail: OutcomeDetail): LogEntry {
  const { evidence: _, made, exchanges, ...row } = detail;
  const rules = made?.rules?.[row.operation.kind];
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
  const scope = scopeOf(rules);
  const { assigned } = rules;
  const withheld = withheldInputs(rules.rows).filter((name) => scope?.inputs.includes(name));
  standing(
    standerOf(evidence),
    {
      ...(assigned !== undefined && { assigned }),
      ...(scope !== undefined && withheld.length === 0 && { scope }),
    },
    made.createdAt,
    (step) => void facts.push(step),
  );
  const verdict = !OUT.has(reason);
  if (scope !== undefined && withheld.length > 0 && (verdict || reason === 'left-scope')) {
    facts.push(scopeWithheld(scope, verdict, withheld, evidence, made.createdAt));
  }
  if (rules.pilot) facts.push({ type: 'pilot', verdict: true });
  return { reason, verdict, facts };
}

/** Why somebody is out; whoever is planned for any other reason is in. */
const OUT: ReadonlySet<Reason> = new Set([
  'left',
  'disabled-in-source',
  'unassigned',
  'left-scope',
]);

/** A value it looked at is not kept: how it ended then is known by the reason, and not clause by clause. */
function scopeWithheld(
  scope: Scope,
  verdict: boolean,
  withheld: readonly string[],
  { seen }: Evidence,
  at: Date,
): Step {
  const looked = scope.clauses(seen, at).map((clause) => clause.seen);
  const hidden = withheld.map((name) => [name, REDACTED] as const);
  const values = Object.assign({}, ...looked, Object.fromEntries(hidden));
  return { type: 'scope', verdict, clauses: [{ clause: scope.text, verdict, seen: values }] };
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

function scopeOf({ scope: text, dates }: KindRules): Scope | undefined {
  if (text === undefined) return undefined;
  if (scopes.size >= MOST_SCOPES) scopes.clear();
  const key = JSON.stringify([text, dates]);
  if (!scopes.has(key)) {
    const compiled = compileScope(text, dates ? { dates } : {});
    scopes.set(key, compiled.ok ? compiled.value : undefined);
  }
  return scopes.get(key);
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
      inputs: ruled && !isHidden(change) ? inputsOf(row, change.after, evidence.seen, isOut) : {},
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

/** Without its values: what they were made of would tell them. */
function isHidden({ before, after }: Change): boolean {
  return before === REDACTED || after === REDACTED;
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
