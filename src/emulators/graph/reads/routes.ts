/** The table of routes. What is not in it does not exist: `404`, never a pretended success. */

import { isObject } from '../contract.ts';
import type { LinkKind, ObjectType } from '../directory.ts';
import { badRequest, notFound, unsupportedQuery } from '../failure.ts';
import { contextOf } from '../query/shape.ts';
import { foundAt, liveAt } from '../tenant.ts';
import { WRITE_ROUTES } from '../writes/routes.ts';
import type { Answer, Call, Route } from './call.ts';
import {
  assignmentsFor,
  deletedObjects,
  linkedObjects,
  linkingObjects,
  liveObjects,
  reachedObjects,
} from './collections.ts';
import { elementShape, managerOf } from './element.ts';
import { answerCount, answerList, type Listing } from './lists.ts';
import { domains, organization } from './organization.ts';
import { castOf, one, single, TYPES, unknownSegment } from './single.ts';

const ROUTES: readonly Route[] = [
  ...Object.entries(TYPES).flatMap(([set, type]) => collection(set, type)),
  get('users/{}/manager', (call) => {
    const manager = managerOf(call, one(call, 'user').entry.id);
    if (manager === undefined) throw notFound('manager');
    return single(call, manager, 'directoryObjects/$entity');
  }),
  get('users/{}/appRoleAssignments', (call) =>
    answerList(call, assignmentsFor(call, one(call, 'user').entry)),
  ),
  get('groups/{}/appRoleAssignments', (call) =>
    answerList(call, assignmentsFor(call, one(call, 'group').entry)),
  ),
  get('servicePrincipals/{}/appRoleAssignments', (call) =>
    answerList(call, assignmentsFor(call, one(call, 'servicePrincipal').entry)),
  ),
  ...countable('servicePrincipals/{}/appRoleAssignedTo', (call) =>
    linkedObjects(
      call,
      'appRoleAssignedTo',
      one(call, 'servicePrincipal').entry.id,
      'appRoleAssignments',
      'appRoleAssignment',
    ),
  ),
  ...related('groups/{}/members', (call, only) =>
    linkedObjects(call, 'member', one(call, 'group').entry.id, 'directoryObjects', only),
  ),
  ...related('groups/{}/transitiveMembers', (call, only) =>
    reachedObjects(call, 'members', one(call, 'group').entry.id, only),
  ),
  ...owners('groups', 'group'),
  ...owners('applications', 'application'),
  ...owners('servicePrincipals', 'servicePrincipal'),
  ...related('users/{}/memberOf', (call, only) =>
    linkingObjects(call, 'member', one(call, 'user').entry.id, 'directoryObjects', only),
  ),
  ...related('groups/{}/memberOf', (call, only) =>
    linkingObjects(call, 'member', one(call, 'group').entry.id, 'directoryObjects', only),
  ),
  ...related('users/{}/transitiveMemberOf', (call, only) =>
    reachedObjects(call, 'groups', one(call, 'user').entry.id, only),
  ),
  ...related('users/{}/directReports', (call, only) =>
    linkingObjects(call, 'manager', one(call, 'user').entry.id, 'directoryObjects', only),
  ),
  get('directoryObjects/{}', (call) => {
    const found = liveAt(call.tenant, call.captured[0] ?? '', call.number);
    if (found === undefined) throw notFound(call.captured[0] ?? '');
    return single(call, found, 'directoryObjects/$entity');
  }),
  { method: 'POST', pattern: 'directoryObjects/getByIds', answer: byIds },
  get('directory/deletedItems', () => {
    throw badRequest('The type of the deleted items has to be given as a cast.');
  }),
  get('directory/deletedItems/{}', (call) => {
    const name = call.captured[0] ?? '';
    const cast = castOf(name);
    if (cast !== undefined) return answerList(call, deletedObjects(call, cast));
    const found = foundAt(call.tenant, name, call.number);
    if (found?.version.life !== 'deleted') throw notFound(name);
    return single(call, found, 'directoryObjects/$entity');
  }),
  get('organization', (call) => organization(call)),
  get('domains', (call) => domains(call)),
  ...WRITE_ROUTES,
];

function get(pattern: string, answer: Route['answer']): Route {
  return { method: 'GET', pattern, answer };
}

function collection(set: string, type: ObjectType): readonly Route[] {
  return [
    ...countable(set, (call) => liveObjects(call, type, set)),
    get(`${set}/delta`, (call) => ({
      status: 200,
      type,
      ...deltaAnswer(call, set, type),
    })),
    get(`${set}/{}`, (call) => single(call, one(call, type), `${set}/$entity`)),
  ];
}

function deltaAnswer(call: Call, set: string, type: ObjectType): Pick<Answer, 'body' | 'headers'> {
  const minimal = /\breturn=minimal\b/.test(call.headers.get('prefer') ?? '');
  return {
    body: call.delta.page(set, type, call.options, minimal),
    ...(minimal && { headers: { 'Preference-Applied': 'return=minimal' } }),
  };
}

/** @param permission The path whose permissions hold, where it is not the pattern itself. */
function countable(
  pattern: string,
  listing: (call: Call) => Listing,
  permission: string = pattern,
): readonly Route[] {
  return [
    { ...get(pattern, (call) => answerList(call, listing(call))), permission },
    { ...get(`${pattern}/$count`, (call) => answerCount(call, listing(call))), permission },
  ];
}

/** A relationship, all of it or cast to one type: `…/members/microsoft.graph.user`. */
function related(
  pattern: string,
  listing: (call: Call, only?: ObjectType) => Listing,
): readonly Route[] {
  const cast = (call: Call): ObjectType => {
    const type = castOf(call.captured.at(-1) ?? '');
    if (type === undefined) throw unknownSegment(call.captured.at(-1) ?? '');
    return type;
  };
  return [
    ...countable(pattern, (call) => listing(call)),
    ...countable(
      `${pattern}/{}`,
      (call) => {
        // Casts on transitive lists are advanced queries.
        if (pattern.includes('transitive') && !call.mode.advanced && !call.path.endsWith('$count'))
          throw unsupportedQuery('A cast on a transitive list is an advanced query.');
        return listing(call, cast(call));
      },
      pattern,
    ),
  ];
}

function owners(set: string, type: ObjectType): readonly Route[] {
  return related(`${set}/{}/owners`, (call, only) =>
    linkedObjects(
      call,
      'owner' satisfies LinkKind,
      one(call, type).entry.id,
      'directoryObjects',
      only,
    ),
  );
}

const MOST_IDS = 1_000;

function byIds(call: Call): Answer {
  const ids = isObject(call.body) ? call.body.ids : undefined;
  const types = isObject(call.body) ? call.body.types : undefined;
  if (!Array.isArray(ids) || ids.length > MOST_IDS)
    throw badRequest(`'ids' must be a list of at most ${MOST_IDS} ids.`);
  const { shape, selection } = elementShape(
    call,
    'directoryObject',
    call.options.select,
    undefined,
  );
  const found = ids
    .map((id) => liveAt(call.tenant, String(id), call.number))
    .filter((each) => each !== undefined)
    .filter(({ entry }) => !Array.isArray(types) || types.includes(entry.type));
  return {
    status: 200,
    type: 'directoryObject',
    body: {
      '@odata.context': contextOf(call.base, 'directoryObjects', selection),
      value: found.map(shape),
    },
  };
}

export interface Matched extends Omit<Route, 'method'> {
  readonly captured: readonly string[];
}

const BY_SHAPE: readonly (Route & { readonly segments: readonly string[] })[] = ROUTES.map(
  (route) => ({ ...route, segments: route.pattern.split('/') }),
);

/** @param path Under the version, decoded segment by segment. */
export function matchRoute(method: string, path: readonly string[]): Matched {
  const fitting = BY_SHAPE.find(
    ({ method: own, segments }) =>
      own === method &&
      segments.length === path.length &&
      segments.every((segment, index) => segment === '{}' || segment === path[index]),
  );
  if (fitting === undefined) throw unknownSegment(path.at(-1) ?? '');
  return {
    pattern: fitting.pattern,
    captured: path.filter((_, index) => fitting.segments[index] === '{}'),
    answer: fitting.answer,
    ...(fitting.permission !== undefined && { permission: fitting.permission }),
  };
}

/** `users('ada@…')` and `servicePrincipals(appId='…')` are further spellings of `users/ada@…`. */
export function segmentsOf(path: string): readonly string[] {
  return path
    .split('/')
    .filter((segment) => segment !== '')
    .flatMap((segment) => {
      const decoded = decodeURIComponent(segment);
      const [, name, key] = /^(\w+)\((.*)\)$/.exec(decoded) ?? [];
      if (name === undefined || key === undefined) return [decoded];
      if (key === '') return [name];
      const [, quoted] = /^'(.*)'$/.exec(key) ?? [];
      return [name, quoted === undefined ? key : quoted.replaceAll("''", "'")];
    });
}
