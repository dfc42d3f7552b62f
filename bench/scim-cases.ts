/** What the servers of `bench:scim` are asked, one case after the other. */

import type { Asked } from './scim-load.ts';
import { nameOf, nicknameOf, person, type Ready } from './scim-people.ts';

/** Which limit a case is held against; PATCH has none, but must not grow. */
export type Limit = 'reads' | 'creates';

export interface Case {
  readonly name: string;
  readonly limit?: Limit;
  /** Whether it has to cost the same whatever the number of people. */
  readonly flat: boolean;
  /** @returns What one connection after the other asks. */
  requests(service: Ready, users: number): (connection: number) => Asked;
}

const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

export function casesFor(groupSizes: readonly number[]): readonly Case[] {
  return [
    {
      name: 'read',
      limit: 'reads',
      flat: true,
      requests: ({ users }) => eachOf(users, (id) => get(`/Users/${id}`)),
    },
    {
      name: 'filter by userName',
      limit: 'reads',
      flat: true,
      requests: (_, users) => numbered(users, (index) => filter('userName', nameOf(index))),
    },
    {
      name: 'filter without an index',
      limit: 'reads',
      flat: false,
      requests: (_, users) => numbered(users, (index) => filter('nickName', nicknameOf(index))),
    },
    {
      name: 'list of 100',
      limit: 'reads',
      flat: true,
      requests: () => () => get('/Users?count=100'),
    },
    {
      name: 'PATCH active',
      flat: true,
      requests: ({ users }) =>
        eachOf(users, (id, turn) =>
          patch(`/Users/${id}`, { op: 'replace', path: 'active', value: turn % 2 === 1 }),
        ),
    },
    ...groupSizes.map(memberCase),
    { name: 'create', limit: 'creates', flat: true, requests: newcomers },
  ];
}

/** Each connection has a member of its own, who joins and leaves. */
function memberCase(size: number): Case {
  return {
    name: `PATCH a member, of ${size.toLocaleString('en-US')}`,
    flat: true,
    requests: ({ groups }) => {
      const turns = new Map<number, number>();
      return (connection) => {
        const turn = turns.get(connection) ?? 0;
        turns.set(connection, turn + 1);
        const value = `newcomer-${connection}`;
        return patch(
          `/Groups/${groups[size]}`,
          turn % 2 === 0
            ? { op: 'add', path: 'members', value: [{ value }] }
            : { op: 'remove', path: `members[value eq "${value}"]` },
        );
      };
    },
  };
}

let arrived = 0;

function newcomers(): () => Asked {
  return () => {
    const index = arrived++;
    return { method: 'POST', path: '/Users', body: person(index, `new-${index}@contoso.com`) };
  };
}

/** A prime, so that neighbours are not asked for one after the other. */
const STRIDE = 7919;

/** @param ask Told how often everybody has had a turn. */
function eachOf(ids: readonly string[], ask: (id: string, turn: number) => Asked): () => Asked {
  let index = 0;
  return () => {
    const turn = Math.floor(index / ids.length);
    return ask(ids[(index++ * STRIDE) % ids.length] ?? '', turn);
  };
}

function numbered(count: number, ask: (index: number) => Asked): () => Asked {
  let index = 0;
  return () => ask((index++ * STRIDE) % count);
}

function get(path: string): Asked {
  return { method: 'GET', path };
}

function filter(attribute: string, value: string): Asked {
  return get(`/Users?filter=${encodeURIComponent(`${attribute} eq "${value}"`)}`);
}

function patch(path: string, operation: object): Asked {
  return { method: 'PATCH', path, body: { schemas: [PATCH_OP], Operations: [operation] } };
}
