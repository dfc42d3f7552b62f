/**
 * A company of two sources of people, employees and contractors, one application, and a clock that the
 * test moves: people come and go by the dates their sources give.
 */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connectorTypes, openEngine, openTrial } from '../../src/compose.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import { openDirectory } from '../../src/connectors/directory/connector.ts';
import { memoryStorage } from '../../src/connectors/directory/memory.ts';
import { directoryOptions } from '../../src/connectors/directory/options.ts';
import type { StoredObject } from '../../src/connectors/directory/storage.ts';
import type { Identity } from '../../src/identity/identity.ts';
import type { Attributes } from '../../src/identity/record.ts';
import { ENTRA } from '../../src/scim/clients.ts';
import { servedSystem } from '../../src/server/scim/served.ts';
import { scimService } from '../../src/server/scim.ts';
import { verbsOf } from '../../src/sync/bind.ts';
import type { Engine, RunReport } from '../../src/sync/engine.ts';
import type { WithReport } from '../../src/sync/plan-with.ts';
import type { Verbs } from '../../src/sync/verbs.ts';

export const watch = { signal: new AbortController().signal, progress: () => {} };

export interface Company extends AsyncDisposable {
  readonly engine: Engine;
  readonly verbs: Verbs;
  /** All there are from now on. */
  employees(...people: readonly Employed[]): Promise<void>;
  contractors(...people: readonly Employed[]): Promise<void>;
  /** Goes to that moment, and runs then. */
  at(moment: string): Promise<RunReport>;
  run(): Promise<RunReport>;
  /** People by the part of their address before the @: whether their account is on. */
  accounts(): Promise<Readonly<Record<string, boolean>>>;
  account(name: string): Promise<Account | undefined>;
  /** Whoever is known by the address. */
  people(name: string): Promise<readonly Identity[]>;
  /** Whether changes are answered with a failure from now on. */
  fails(whether: boolean): void;
  /** Goes to that moment, and says who would be planned. */
  due(moment: string): Promise<number>;
  /** What dates will bring until then, as the command says it. */
  ahead(moment: string): Promise<WithReport>;
}

/** What a source says of somebody; dates as `2027-01-31`. */
export interface Employed {
  /** The part of the address before the @. */
  readonly name: string;
  /** The number of this employment; by default one that goes with the name. */
  readonly number?: string;
  readonly hired?: string;
  /** The last day. */
  readonly left?: string;
  /** The first day away. */
  readonly away?: string;
  /** The last day away. */
  readonly back?: string;
  readonly office?: string;
}

export type Account = Pick<StoredObject, 'id' | 'attributes'>;

export interface Settings {
  /** `dates:` of the document, in YAML of one line. */
  readonly dates?: string;
  readonly scope?: string;
  /** `while` of both sources. */
  readonly while?: string;
  readonly leave?: string;
  /** Further rows of the map, as YAML of one line each. */
  readonly map?: readonly string[];
  /** Further parts of the document. */
  readonly more?: string;
}

const URL_OF_WIKI = 'https://apps.contoso.com/scim/v2/wiki';

/** From two weeks before the first day, through the last day, and not while away. */
const SCOPE = [
  'employeeHireDate le "now+14d"',
  'not (employeeLeaveDateTime le "now-1d")',
  'not (awayFrom le "now" and awayUntil gt "now-1d")',
].join(' and ');

export async function company(settings: Settings = {}): Promise<Company> {
  let time = Date.parse('2027-01-04T08:00:00Z');
  let failing = false;
  const now = () => new Date(time);
  const folder = await mkdtemp(path.join(tmpdir(), 'lockstep-dates-'));
  const storage = memoryStorage();
  const directory = openDirectory('wiki', directoryOptions.parse({}), storage, now);
  const served = await servedSystem('wiki', directory);
  const service = scimService({
    basePath: '/scim/v2/:system',
    authenticate: async () => ({ tenant: 'default', system: 'wiki' }),
    open: async () => served,
    leniency: ENTRA,
  });
  const file = path.join(folder, 'lockstep.yaml');
  await writeFile(file, document(settings));
  const loaded = await loadConfiguration(file, {
    env: { TOKEN: 'secret' },
    connectors: connectorTypes(),
    profiles: path.resolve(import.meta.dirname, '../../profiles'),
  });
  if (!loaded.ok) throw new Error(loaded.problems.map(({ message }) => message).join('\n'));
  const { value: configuration } = loaded;
  const engine = await openEngine(configuration, {
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const refuses = failing && request.method !== 'GET';
      return refuses ? new Response('', { status: 503 }) : service.fetch(request);
    },
    now,
    random: () => 0.5,
    sleep: async () => {},
  });
  const verbs = verbsOf(engine);
  const table = (name: string) => (people: readonly Employed[]) =>
    writeFile(path.join(folder, name), [HEAD, ...people.map(rowOf), ''].join('\n'));
  const employees = table('employees.csv');
  const contractors = table('contractors.csv');
  await employees([]);
  await contractors([]);
  const accounts = async () => (await storage.search('user', { count: 1000 })).objects;
  const named = ({ attributes }: { readonly attributes: Attributes }) =>
    String(attributes.userName).replace('@contoso.com', '');
  const run = () => verbs.run({ trigger: 'command' }, watch);
  return {
    engine,
    verbs,
    employees: (...people) => employees(people),
    contractors: (...people) => contractors(people),
    run,
    at: (moment) => {
      time = Date.parse(moment);
      return run();
    },
    accounts: async () =>
      Object.fromEntries(
        (await accounts()).map((each) => [named(each), each.attributes.active !== false]),
      ),
    account: async (name) => (await accounts()).find((each) => named(each) === name),
    people: (name) => verbs.people(`${name}@contoso.com`),
    fails: (whether) => {
      failing = whether;
    },
    due: (moment) => {
      time = Date.parse(moment);
      return engine.warehouse.dueCount('wiki', now());
    },
    ahead: async (moment) => {
      const fetch = () => Promise.reject(new Error('nobody is asked'));
      await using trial = await openTrial(configuration, configuration, { fetch, now });
      return await trial.planWith({ at: new Date(moment) }, watch);
    },
    [Symbol.asyncDispose]: async () => {
      await engine[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const HEAD = 'number,personId,mail,office,hired,left,away,back';

function rowOf({
  name,
  number = `n-${name}`,
  hired = '2020-01-01',
  left = '',
  away = '',
  back = '',
  office = 'Zurich',
}: Employed): string {
  return `${number},p-${name},${name}@contoso.com,${office},${hired},${left},${away},${back}`;
}

function document({
  while: counts,

  dates,
  scope = SCOPE,
  leave = 'disable',
  map = [],
  more = '',
}: Settings): string {
  return `
${dates === undefined ? '' : `dates: ${dates}`}
${more}
systems:
  hr:
    connector: file
    options: { path: employees.csv, id: number }
    read:
      user:
        join: [personId]
${counts === undefined ? '' : `        while: '${counts}'`}
        map:
          employeeId: "[number]"
          userPrincipalName: "[mail]"
          employeeHireDate: "[hired]"
          employeeLeaveDateTime: "[left]"
          awayFrom: "[away]"
          awayUntil: "[back]"
          employeeType: '"Employee"'
  agency:
    connector: file
    options: { path: contractors.csv, id: number }
    read:
      user:
        join: [personId]
${counts === undefined ? '' : `        while: '${counts}'`}
        map:
          employeeId: "[number]"
          userPrincipalName: "[mail]"
          employeeHireDate: "[hired]"
          employeeLeaveDateTime: "[left]"
          employeeType: '"Contractor"'
  wiki:
    connector: scim
    options: { url: "${URL_OF_WIKI}", token: "\${env:TOKEN}" }
    write:
      user:
        scope: '${scope}'
        match: [userName]
        leave: ${leave}
        map:
          userName: "[mail]"
          active: "Not([IsSoftDeleted])"
          userType: "[employeeType]"
          title: "[office]"
${map.map((row) => `          ${row}`).join('\n')}
`;
}
