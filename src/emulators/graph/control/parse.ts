/** What arrives at the control listener, checked where it enters. */

import type { Act } from '../acts/act.ts';
import { isObject } from '../contract.ts';
import { badRequest } from '../failure.ts';
import type { Fault } from '../faults.ts';
import {
  DEFAULT_SWITCHES,
  PROFILES,
  type ProfileName,
  type Settings,
  SWITCH_POSITIONS,
  type Switches,
} from '../settings.ts';

type Fields = Readonly<Record<string, 'text' | 'object' | 'number'>>;

const ACTS: Readonly<Record<Act['act'], Fields>> = {
  create: { type: 'text', properties: 'object' },
  update: { id: 'text', properties: 'object' },
  delete: { id: 'text' },
  restore: { id: 'text' },
  purge: { id: 'text' },
  'set-manager': { id: 'text', manager: 'text' },
  'clear-manager': { id: 'text' },
  'add-member': { group: 'text', member: 'text' },
  'remove-member': { group: 'text', member: 'text' },
  'add-owner': { group: 'text', member: 'text' },
  'remove-owner': { group: 'text', member: 'text' },
  'assign-app-role': { principal: 'text', resource: 'text' },
  'unassign-app-role': { id: 'text' },
  'register-application': { displayName: 'text' },
};

const EFFECTS: Readonly<Record<Fault['effect']['type'], Fields>> = {
  answer: { status: 'number' },
  html: {},
  'answer-lost': {},
  'connection-closed': {},
  'half-body': {},
  slow: { milliseconds: 'number' },
  silence: {},
  'endless-next-link': {},
  'record-without-id': {},
  'duplicate-record': {},
  'missing-value': {},
  'huge-property': { property: 'text', characters: 'number' },
  'wrong-properties': { properties: 'object' },
};

export function parseAct(body: unknown): Act {
  if (isAct(body)) return body;
  throw badRequest(`An act is one of ${Object.keys(ACTS).join(', ')}, with its fields.`);
}

export function parseFault(body: unknown): Fault {
  if (isFault(body)) return body;
  throw badRequest(`The effect of a fault is one of ${Object.keys(EFFECTS).join(', ')}.`);
}

export function parseProfile(body: unknown): ProfileName | Partial<Settings> {
  const name = isObject(body) ? body.profile : undefined;
  if (isProfileName(name)) return name;
  if (name === undefined && isSettings(body)) return body;
  throw badRequest(
    `A profile is one of ${Object.keys(PROFILES).join(', ')}, or any of ${Object.keys(PROFILES.instant).join(', ')}.`,
  );
}

export function parseSwitches(body: unknown): Partial<Switches> {
  if (isSwitches(body)) return body;
  throw badRequest(`The switches are ${Object.keys(DEFAULT_SWITCHES).join(', ')}.`);
}

function isAct(body: unknown): body is Act {
  return isObject(body) && has(body, fieldsOf(ACTS, body.act));
}

function isFault(body: unknown): body is Fault {
  if (!isObject(body) || !isObject(body.effect)) return false;
  return has(body.effect, fieldsOf(EFFECTS, body.effect.type));
}

function isProfileName(name: unknown): name is ProfileName {
  return typeof name === 'string' && Object.hasOwn(PROFILES, name);
}

function isSettings(body: unknown): body is Partial<Settings> {
  const known: Readonly<Record<string, unknown>> = { ...PROFILES.instant };
  return (
    isObject(body) &&
    Object.entries(body).every(
      ([name, value]) => Object.hasOwn(known, name) && typeof value === typeof known[name],
    )
  );
}

function isSwitches(body: unknown): body is Partial<Switches> {
  const known: Readonly<Record<string, readonly string[]>> = SWITCH_POSITIONS;
  return (
    isObject(body) &&
    Object.entries(body).every(
      ([name, position]) =>
        typeof position === 'string' && known[name]?.includes(position) === true,
    )
  );
}

function fieldsOf(table: Readonly<Record<string, Fields>>, name: unknown): Fields | undefined {
  return typeof name === 'string' && Object.hasOwn(table, name) ? table[name] : undefined;
}

function has(body: Readonly<Record<string, unknown>>, fields: Fields | undefined): boolean {
  if (fields === undefined) return false;
  return Object.entries(fields).every(([name, type]) => {
    const value = body[name];
    if (type === 'object') return isObject(value);
    return typeof value === (type === 'text' ? 'string' : 'number');
  });
}
