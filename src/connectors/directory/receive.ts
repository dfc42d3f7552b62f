/**
 * What becomes of an account that is sent: an account as it is stored, with what else happens by
 * that, or a refusal that names what a person has to mend. Pure; what the rules look at elsewhere
 * is handed in.
 */

import {
  type Attributes,
  type AttributeValue,
  isReference,
  type ObjectRef,
  type SystemName,
} from '../../identity/record.ts';
import { filterMatches } from '../../scim/filter.ts';
import { readPath, removePath, writePath } from '../../scim/path.ts';
import { refused } from './conform.ts';
import type { UserRules } from './options.ts';
import { pathOf } from './paths.ts';
import type { AccountState, ListedValue, Mail, StoredObject } from './storage.ts';

export interface Received {
  readonly attributes: Attributes;
  readonly state: AccountState;
  readonly values: readonly ListedValue[];
  readonly mail?: Mail;
}

export interface Surroundings {
  /** The accounts that references lead to, by id; what is not here does not exist. */
  readonly referents: ReadonlyMap<string, StoredObject>;
  /** Whether an account waits for this one to be its manager. */
  readonly awaited: boolean;
  readonly now: Date;
  /** Draws what only the reader of a mail knows, with its hash. */
  readonly secret: () => { readonly text: string; readonly hash: string };
}

const WORK_MAIL = pathOf('emails[type eq "work"].value');

/**
 * @param before The account as it is stored; undefined for a new one.
 * @param wanted All its attributes as they are to be.
 */
export function receive(
  rules: UserRules,
  before: StoredObject | undefined,
  wanted: Attributes,
  surroundings: Surroundings,
): Received {
  const state = before?.state ?? {};
  const enabled = before || wanted.active !== undefined ? wanted : { ...wanted, active: true };
  const withRole = roleOf(rules, before, enabled, surroundings.awaited);
  const referred = withReferents(rules, withRole, surroundings);
  const complete = withRequired(rules, referred.attributes);
  const confirmed = withConfirmation(rules, before, complete);
  const invitation = invitationOf(rules, state, confirmed.attributes, surroundings);
  const question =
    before && confirmed.pending && questionOf(rules, before, confirmed.pending, surroundings);
  const mail = invitation ?? question?.mail;
  return {
    attributes: confirmed.attributes,
    state: {
      ...(state.acceptedAt !== undefined && { acceptedAt: state.acceptedAt }),
      ...(invitation ? { invitedAt: invitation.sentAt } : invited(state)),
      ...(confirmed.pending && { pending: confirmed.pending }),
      ...(question && { confirmation: question.confirmation }),
      ...(referred.waiting && { waiting: referred.waiting }),
    },
    values: Object.entries(rules.lists).flatMap(([list, path]) => {
      const value = readPath(confirmed.attributes, pathOf(path));
      return typeof value === 'string' ? [{ list, value }] : [];
    }),
    ...(mail && { mail }),
  };
}

function invited({ invitedAt }: AccountState): AccountState {
  return invitedAt === undefined ? {} : { invitedAt };
}

/** The accounts whose nature the rules ask about. */
export function referencesOf(rules: UserRules, attributes: Attributes): readonly ObjectRef[] {
  return rules.references.flatMap(({ path }) => {
    const value = readPath(attributes, pathOf(path));
    return isReference(value) && 'id' in value.$ref ? [value.$ref] : [];
  });
}

function withReferents(
  rules: UserRules,
  attributes: Attributes,
  { referents }: Surroundings,
): { attributes: Attributes; waiting?: Readonly<Record<string, string>> } {
  let result = attributes;
  const waiting: Record<string, string> = {};
  for (const rule of rules.references) {
    const path = pathOf(rule.path);
    const value = readPath(attributes, path);
    if (!isReference(value) || !('id' in value.$ref)) continue;
    const { id } = value.$ref;
    const referent = referents.get(id);
    if (referent) refuseReferent(rule, referent);
    else if (rule.missing === 'refuse')
      throw refused('reference-missing', `the ${rule.name} ${id} does not exist here`);
    else if (rule.missing === 'wait') {
      waiting[rule.path] = id;
      result = removePath(result, path);
    }
  }
  return { attributes: result, ...(Object.keys(waiting).length > 0 && { waiting }) };
}

function refuseReferent(rule: UserRules['references'][number], referent: StoredObject): void {
  for (const { path, values, because } of rule.refuse) {
    const held = values.find((value) =>
      filterMatches(
        { type: 'compare', operator: 'eq', path: pathOf(path), value },
        referent.attributes,
      ),
    );
    if (held !== undefined)
      throw refused(
        'reference-refused',
        `the ${rule.name} ${String(referent.attributes.userName)} has the role ${held}: ${because}`,
      );
  }
}

function withRequired(rules: UserRules, attributes: Attributes): Attributes {
  let result = attributes;
  const missing: string[] = [];
  for (const rule of rules.required) {
    const path = pathOf(rule.path);
    const value = readPath(result, path);
    if (value !== undefined && !(typeof value === 'string' && value.trim() === '')) continue;
    if (rule.default === undefined) missing.push(`${rule.name} (${rule.path})`);
    else result = writePath(result, path, rule.default);
  }
  if (missing.length > 0)
    throw refused('attribute-required', `required and missing: ${missing.join(', ')}`);
  return result;
}

/** The role sent, where roles are received; the one held, or the one decided at the invitation. */
function roleOf(
  rules: UserRules,
  before: StoredObject | undefined,
  wanted: Attributes,
  awaited: boolean,
): Attributes {
  const { role } = rules;
  if (!role) return wanted;
  const held = before?.attributes.roles;
  const sent = role.received ? knownRole(role.values, wanted.roles) : undefined;
  const heldValue = knownRole(role.values, held);
  if (sent !== undefined && sent !== heldValue) {
    if (before && role.createOnly.includes(sent))
      throw refused('value-create-only', `the role ${sent} can be given at the invitation only`);
    return { ...wanted, roles: [element(role, sent, role.values[sent] ?? sent)] };
  }
  if (held !== undefined) return { ...wanted, roles: held };
  const display = role.received ? (role.values[role.initial] ?? role.initial) : undefined;
  const decided = awaited ? role.manager : role.others;
  return { ...wanted, roles: [element(role, role.initial, display ?? decided)] };
}

function element(
  { type }: NonNullable<UserRules['role']>,
  value: string,
  display: string,
): AttributeValue {
  return { type, value, display, primary: true };
}

/** Roles nobody knows are ignored. */
function knownRole(
  values: Readonly<Record<string, string>>,
  roles: AttributeValue | undefined,
): string | undefined {
  const sent = roles === undefined ? undefined : readPath({ roles }, ROLE_VALUES);
  return [sent].flat().find((value) => typeof value === 'string' && Object.hasOwn(values, value)) as
    | string
    | undefined;
}

const ROLE_VALUES = pathOf('roles.value');

function withConfirmation(
  rules: UserRules,
  before: StoredObject | undefined,
  attributes: Attributes,
): { attributes: Attributes; pending?: Attributes } {
  // Who was never written to has confirmed no address.
  if (!before || (rules.invitation && before.state.invitedAt === undefined)) return { attributes };
  let result = attributes;
  const pending: Record<string, AttributeValue> = {};
  for (const text of rules.confirm) {
    const path = pathOf(text);
    const held = readPath(before.attributes, path);
    const wanted = readPath(attributes, path);
    if (held === undefined || wanted === undefined || held === wanted) continue;
    pending[text] = wanted;
    result = writePath(result, path, held);
  }
  return { attributes: result, ...(Object.keys(pending).length > 0 && { pending }) };
}

/** What was asked for last: the stored attributes with the changes that wait for confirmation. */
export function askedAttributes(
  system: SystemName,
  { attributes, state }: StoredObject,
): Attributes {
  let asked = attributes;
  for (const [path, value] of Object.entries(state.pending ?? {}))
    asked = writePath(asked, pathOf(path), value);
  for (const [path, id] of Object.entries(state.waiting ?? {}))
    asked = writePath(asked, pathOf(path), { $ref: { system, kind: 'user', id } });
  return asked;
}

interface Question {
  readonly confirmation: NonNullable<AccountState['confirmation']>;
  readonly mail?: Mail;
}

/** What is asked of the person, once for each change: at the new address, by a link. */
function questionOf(
  { confirmation }: UserRules,
  { id, state }: StoredObject,
  pending: Attributes,
  { now, secret }: Surroundings,
): Question | undefined {
  if (!confirmation) return undefined;
  const isAsked = JSON.stringify(pending) === JSON.stringify(state.pending);
  const isOpen = state.confirmation && Date.parse(state.confirmation.expiresAt) > now.getTime();
  if (isAsked && isOpen) return { confirmation: state.confirmation };
  const to = Object.values(pending).find((value) => typeof value === 'string');
  if (to === undefined) return undefined;
  const { text, hash } = secret();
  const expiresAt = new Date(now.getTime() + confirmation.hours * 3_600_000).toISOString();
  const { from, subject } = confirmation;
  const mail = { about: 'confirmation', to, from, subject, programs: [] } as const;
  return {
    confirmation: { hash, expiresAt },
    mail: { ...mail, secret: `${id}.${text}`, sentAt: now.toISOString() },
  };
}

function invitationOf(
  rules: UserRules,
  state: AccountState,
  attributes: Attributes,
  { referents, now }: Surroundings,
): Mail | undefined {
  if (!rules.invitation || state.invitedAt !== undefined || attributes.active === false)
    return undefined;
  const to = readPath(attributes, WORK_MAIL);
  if (typeof to !== 'string') return undefined;
  const manager = referencesOf(rules, attributes).flatMap(({ id }) => referents.get(id) ?? [])[0];
  const sender = manager && readPath(manager.attributes, WORK_MAIL);
  return {
    to,
    from: typeof sender === 'string' ? sender : rules.invitation.owner,
    subject: rules.invitation.subject,
    programs: rules.invitation.programs,
    sentAt: now.toISOString(),
  };
}
