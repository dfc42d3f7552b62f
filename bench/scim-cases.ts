/** What the servers of `bench:scim` are asked, one case after the other. */

import type { Answer, Asked } from './scim-load.ts';
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
      requests: ({ users }) => eachOf(users, (id) => get(`/Users/${id}`, 'userName')),
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
      requests: (_, users) => () => get('/Users?count=100', 'userName', Math.min(users, 100)),
    },
    {
      name: 'PATCH active',
      flat: true,
      requests: ({ users }) =>
        eachOf(users, (id, turn) =>
          patch(
            'Users',
            id,
            { op: 'replace', path: 'active', value: turn % 2 === 1 },
            `"active":${turn % 2 === 1}`,
          ),
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
          'Groups',
          groups[size] ?? '',
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
    const name = `new-${index}@contoso.com`;
    const done = (answer: Answer) => answer.status === 201 && holds(answer, `"${name}"`);
    return { method: 'POST', path: '/Users', body: person(index, name), done };
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

/** @param text In quotation marks somewhere in what is answered, so many times. */
function get(path: string, text: string, times = 1): Asked {
  const done = (answer: Answer) => answer.status === 200 && holds(answer, `"${text}"`, times);
  return { method: 'GET', path, done };
}

function filter(attribute: string, value: string): Asked {
  return get(`/Users?filter=${encodeURIComponent(`${attribute} eq "${value}"`)}`, value);
}

/**
 * Answered with nothing, or with what was changed (RFC 7644 §3.5.2).
 *
 * @param text Somewhere in what was changed.
 */
function patch(
  type: 'Users' | 'Groups',
  id: string,
  operation: object,
  text: string = `"id":"${id}"`,
): Asked {
  return {
    method: 'PATCH',
    path: `/${type}/${id}`,
    body: { schemas: [PATCH_OP], Operations: [operation] },
    done: (answer) => answer.status === 204 || (answer.status === 200 && holds(answer, text)),
  };
}

function holds({ body }: Answer, text: string, times = 1): boolean {
  let at = -1;
  for (let found = 0; found < times; found++) {
    at = body.indexOf(text, at + 1);
    if (at < 0) return false;
  }
  return true;
}
