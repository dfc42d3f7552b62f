/** The one fact that decides, as a sentence: which value, from where, or who could have supplied it. */

import type { AttributeValue } from '../identity/record.ts';
import type { Omission, Operation } from '../plan/plan.ts';
import type { TargetPolicy } from '../plan/target.ts';
import { pathText, valueText } from '../plan/text.ts';
import type { Step } from '../plan/trace.ts';
import type { Offer, Subject } from '../warehouse/subject.ts';

export interface Facts {
  readonly subject: Subject;
  readonly policy: TargetPolicy;
  readonly steps: readonly Step[];
  readonly offers: readonly Offer[];
  /** Said nothing, for the sake of this explanation. */
  readonly without: string | undefined;
}

/** Why somebody is not in a target, or nothing is done there; nothing for an operation. */
export function decidingFact(decision: Operation | Omission, facts: Facts): string | undefined {
  if ('action' in decision) return undefined;
  const { system } = facts.policy;
  const account = facts.subject.account;
  const place = account === undefined || account.missing ? `not in ${system}` : `in ${system}`;
  return `${place}: ${factOf(decision, facts)}`;
}

function factOf({ code, message }: Omission, facts: Facts): string {
  switch (code) {
    case 'out-of-scope':
      return scopeFact(facts) ?? message;
    case 'missing-required':
      return requiredFact(facts) ?? message;
    case 'not-assigned':
      return facts.policy.assigned?.system === facts.without
        ? `${message}; ${facts.without} is left out here`
        : message;
    default:
      return message;
  }
}

/** The first clause that is false decides. */
function scopeFact(facts: Facts): string | undefined {
  const { steps, policy, subject } = facts;
  const scope = steps.find((step) => step.type === 'scope');
  const clause = scope?.clauses.find(({ verdict }) => !verdict);
  if (clause === undefined) return undefined;
  const named = (policy.scope?.inputs ?? []).filter((name) => mentions(clause.clause, name));
  const absent = named.filter((name) => !Object.hasOwn(clause.seen, name));
  if (absent.length > 0) return absent.map((name) => absence(name, facts)).join('; ');
  const seen = Object.entries(clause.seen).map(([name, value]) => {
    const origin = subject.identity.origins[name];
    return `${name} is ${valueText(value)}${origin === undefined ? '' : ` (${origin})`}`;
  });
  return `${seen.join(', ')}, and the scope is: ${clause.clause}`;
}

function mentions(clause: string, name: string): boolean {
  const plain = name.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return new RegExp(String.raw`(^|[^\w.:])${plain}($|[^\w])`).test(clause);
}

function requiredFact(facts: Facts): string | undefined {
  const { steps, policy } = facts;
  const missing = steps.find((step) => step.type === 'required')?.missing ?? [];
  const sentences = missing.map((path) => {
    const row = policy.mapping.rows.find((each) => each.row.path === path);
    if (row === undefined) return `${pathText(path)} is required, and nothing is mapped to it`;
    const absent = row.inputs.filter((name) => valueAt(name, facts) === undefined);
    if (absent.length === 0)
      return `${pathText(path)} is required, and ${row.row.expression} has no value`;
    return absent.map((name) => absence(name, facts)).join('; ');
  });
  return sentences.length === 0 ? undefined : sentences.join('; ');
}

function valueAt(name: string, { subject }: Facts): AttributeValue | undefined {
  const [system, attribute] = name.split('/', 2);
  if (attribute === undefined) return subject.identity.attributes[name];
  return subject.records.find(({ ref }) => ref.system === system)?.attributes[attribute];
}

/** `department is absent; hr supplies none, entra's value is not mapped`. */
function absence(name: string, facts: Facts): string {
  if (name === 'groups') return 'no rule puts the person into a group';
  const reasons = [...supplied(name, facts), ...unmapped(name, facts)];
  return `${name} is absent; ${reasons.join(', ') || 'no source maps it'}`;
}

function supplied(name: string, { policy, offers, without }: Facts): readonly string[] {
  return (policy.suppliers[name] ?? []).map((system) => {
    const theirs = offers.filter(({ ref }) => ref.system === system);
    if (system === without) return `${system} is left out here`;
    if (theirs.length === 0) return `${system} has no record of this person`;
    if (theirs.every(({ present }) => !present)) return `the record of ${system} is gone`;
    return `${system} supplies none`;
  });
}

/** Records that hold a value of that name, of which nothing becomes of the attribute. */
function unmapped(name: string, { subject, policy, without }: Facts): readonly string[] {
  const suppliers = policy.suppliers[name] ?? [];
  return subject.records.flatMap(({ ref, attributes }) => {
    if (ref.system === without || ref.system === policy.system) return [];
    if (suppliers.includes(ref.system)) return [];
    const has = Object.keys(attributes).some((each) => each.toLowerCase() === name.toLowerCase());
    return has ? [`${ref.system}'s value is not mapped`] : [];
  });
}
