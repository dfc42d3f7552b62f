/** Two tenants at one address, whose requests come in any order and at the same time. */

import { openDirectory } from '../../src/connectors/directory/connector.ts';
import { directoryOptions } from '../../src/connectors/directory/options.ts';
import { servedSystem } from '../../src/server/scim/served.ts';
import { scimService } from '../../src/server/scim.ts';
import { createToken, tokenAuthentication } from '../../src/server/tokens.ts';
import { directoryStorage } from '../../src/store/directory.ts';
import type { Stores } from '../../src/store/stores.ts';
import { tokenStorage } from '../../src/store/tokens.ts';

export const TENANTS = ['contoso', 'fabrikam'] as const;
type Name = (typeof TENANTS)[number];

export interface Race extends AsyncDisposable {
  /**
   * So many requests, many at a time, of either tenant in turn by chance.
   *
   * @returns What was answered that should not have been; nothing, if all is well.
   */
  run(requests: number, random: () => number): Promise<readonly string[]>;
  /** What each has in the end. */
  userNames(tenant: Name): Promise<readonly string[]>;
  readonly bugs: readonly unknown[];
}

const PEOPLE = 40;
const AT_A_TIME = 24;
const BASE = 'http://lockstep.test/scim/v2/inbox';

/** Both have people of the same names: only what is said of them tells whose they are. */
export async function raceOf(stores: Stores): Promise<Race> {
  await using stack = new AsyncDisposableStack();
  const databases = new Map<string, Awaited<ReturnType<Stores['open']>>>();
  for (const name of TENANTS) databases.set(name, stack.use(await stores.open(name)));
  const now = () => new Date();
  const systems = new Map(
    await Promise.all(
      [...databases].map(async ([name, database]) => {
        const storage = directoryStorage(database, 'inbox');
        const directory = openDirectory('inbox', directoryOptions.parse({}), storage, now);
        return [name, await servedSystem('inbox', directory)] as const;
      }),
    ),
  );
  const bugs: unknown[] = [];
  const tokensOf = async (tenant: string) => {
    const database = databases.get(tenant);
    return database && tokenStorage(database);
  };
  const app = scimService({
    basePath: '/scim/v2/:system',
    authenticate: tokenAuthentication(tokensOf, now),
    open: async ({ tenant }) => systems.get(tenant),
    onBug: (error) => bugs.push(error),
  });

  const secrets = new Map<Name, string>();
  const ids = new Map<Name, string[]>();
  const ask = async (tenant: Name, method: string, path: string, body?: unknown) => {
    const answer = await app.fetch(
      new Request(BASE + path, {
        method,
        headers: {
          authorization: `Bearer ${secrets.get(tenant)}`,
          'content-type': 'application/scim+json',
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      }),
    );
    return { status: answer.status, text: await answer.text() };
  };
  for (const tenant of TENANTS) {
    const database = databases.get(tenant);
    if (database === undefined) throw new Error(`${tenant} is not open`);
    const scope = { system: 'inbox' };
    const { token } = await createToken(tokenStorage(database), tenant, scope, 1, now());
    secrets.set(tenant, token);
    const made: string[] = [];
    for (let person = 0; person < PEOPLE; person++) {
      const { text } = await ask(tenant, 'POST', '/Users', personOf(tenant, person));
      made.push(JSON.parse(text).id);
    }
    ids.set(tenant, made);
  }

  const idOf = (tenant: Name, person: number): string => ids.get(tenant)?.[person] ?? 'none';
  const step = async (random: () => number): Promise<string | undefined> => {
    const [tenant, other] = random() < 0.5 ? TENANTS : ([...TENANTS].reverse() as [Name, Name]);
    const person = Math.floor(random() * PEOPLE);
    const [name, ...request] = requestOf(tenant, other, person, random, idOf);
    const { status, text } = await ask(tenant, ...request);
    const expected = EXPECTED[name];
    if (status === expected && !text.includes(`of-${other}`) && !text.includes(idOf(other, person)))
      return undefined;
    // A refusal names the id that was asked for, which the one who asked knows.
    if (expected === 404 && status === 404) return undefined;
    return `${tenant} ${name}: ${status} ${text}`;
  };
  const opened = stack.move();
  return {
    bugs,
    run: async (requests, random) => {
      const wrong: string[] = [];
      let left = requests;
      const worker = async (): Promise<void> => {
        while (left-- > 0) {
          const found = await step(random);
          if (found !== undefined) wrong.push(found);
        }
      };
      await Promise.all(Array.from({ length: AT_A_TIME }, worker));
      return wrong;
    },
    userNames: async (tenant) => {
      const { text } = await ask(tenant, 'GET', '/Users?count=1000&attributes=displayName,title');
      const { Resources } = JSON.parse(text) as { Resources: { displayName: string }[] };
      return Resources.map(({ displayName }) => displayName).toSorted();
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

export function personOf(tenant: string, person: number): Readonly<Record<string, unknown>> {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    userName: `person-${person}@example.com`,
    displayName: `${person} of-${tenant}`,
    title: `title of-${tenant}`,
  };
}

const EXPECTED = {
  read: 200,
  filter: 200,
  list: 200,
  change: 200,
  replace: 200,
  taken: 409,
  'read of the other': 404,
  'change of the other': 404,
  'replace of the other': 404,
  'delete of the other': 404,
} as const;

type Step = keyof typeof EXPECTED;

function requestOf(
  tenant: Name,
  other: Name,
  person: number,
  random: () => number,
  idOf: (tenant: Name, person: number) => string,
): readonly [Step, string, string, unknown?] {
  const own = `/Users/${idOf(tenant, person)}`;
  const theirs = `/Users/${idOf(other, person)}`;
  const patch = {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: [{ op: 'replace', path: 'title', value: `${random()} of-${tenant}` }],
  };
  const name = encodeURIComponent(`userName eq "person-${person}@example.com"`);
  const steps: readonly (readonly [Step, string, string, unknown?])[] = [
    ['read', 'GET', own],
    ['read', 'GET', own],
    ['filter', 'GET', `/Users?filter=${name}`],
    ['list', 'GET', '/Users?count=5'],
    ['change', 'PATCH', own, patch],
    ['read', 'GET', own],
    ['replace', 'PUT', own, personOf(tenant, person)],
    ['taken', 'POST', '/Users', personOf(tenant, person)],
    ['read of the other', 'GET', theirs],
    ['change of the other', 'PATCH', theirs, patch],
    ['replace of the other', 'PUT', theirs, personOf(tenant, person)],
    ['delete of the other', 'DELETE', theirs],
  ];
  return steps[Math.floor(random() * steps.length)] ?? ['read', 'GET', own];
}
