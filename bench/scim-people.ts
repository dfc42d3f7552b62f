/** The people and groups of `bench:scim`, and what every server of it says when it is ready. */

/** As a client sends them: what Entra ID sends of a person by default, and a nickname that no index knows. */
export interface Person {
  readonly userName: string;
  readonly [name: string]: string | boolean | object;
}

export interface Ready {
  /** Below which `/Users` and `/Groups` are. */
  readonly url: string;
  readonly token: string;
  /** Ids of some of the people, spread over all of them. */
  readonly users: readonly string[];
  /** Ids of groups, by how many members they have. */
  readonly groups: Readonly<Record<string, string>>;
}

/** What a server says when it is asked how it is. */
export interface State {
  readonly megabytes: number;
  /** Since it began, of all its threads. */
  readonly cpuMilliseconds: number;
}

export async function state(): Promise<State> {
  const { user, system } = process.cpuUsage();
  return {
    megabytes: process.memoryUsage().rss / 1024 / 1024,
    cpuMilliseconds: (user + system) / 1000,
  };
}

/** What a server is started with. */
export interface ServerSettings {
  /** A folder of its own, where the configuration lies and the embedded database. */
  readonly folder: string;
  /** A folder, or the URL of a database; of a peer that keeps nothing on a disk, nothing. */
  readonly store: string;
  readonly users: number;
  readonly groupSizes: readonly number[];
  /** What is configured; a directory that is served when absent. */
  readonly document?: object;
}

export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

export function nameOf(index: number): string {
  return `user-${index}@contoso.com`;
}

export function nicknameOf(index: number): string {
  return `nick-${index}`;
}

export function person(index: number, userName: string = nameOf(index)): Person {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ENTERPRISE],
    userName,
    externalId: userName.split('@')[0] ?? userName,
    active: true,
    displayName: `Ada Lovelace ${index}`,
    nickName: nicknameOf(index),
    title: `Analyst ${index % 50}`,
    preferredLanguage: 'en-GB',
    name: { givenName: 'Ada', familyName: `Lovelace ${index}`, formatted: `Ada Lovelace ${index}` },
    emails: [{ type: 'work', primary: true, value: userName }],
    phoneNumbers: [{ type: 'work', value: `+44 20 7946 ${index % 10_000}` }],
    addresses: [
      { type: 'work', streetAddress: '12 St James Square', locality: 'London', country: 'GB' },
    ],
    [ENTERPRISE]: { employeeNumber: String(index), department: `Department ${index % 40}` },
  };
}

/** As many ids as a client would work on at a time, evenly taken. */
export function sample(ids: readonly string[]): readonly string[] {
  const step = Math.max(1, Math.floor(ids.length / 1000));
  return ids.filter((_, index) => index % step === 0).slice(0, 1000);
}
