/** What the demonstration plays in: two stand-ins, an HR file and a configuration, all to be looked at. */

import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { startStandIn } from './children.ts';

const expected = z.object({
  userPrincipalName: z.string(),
  outcome: z.string(),
});

const graphFacts = z.object({
  authority: z.url(),
  graph: z.url(),
  tenant: z.string(),
  clientId: z.string(),
  secret: z.string(),
  people: z.number(),
  /** Answers what the people of the tenant should come to, and changes ten things. */
  story: z.url(),
});

const rampFacts = z.object({ scim: z.url(), token: z.string(), control: z.url() });

const rampUser = z.object({ id: z.string(), userName: z.string(), status: z.string() });

const change = z.object({ label: z.string(), person: z.string(), outcome: z.string() });

export type Expected = Readonly<z.infer<typeof expected>>;
export type Change = Readonly<z.infer<typeof change>>;

export interface RampUser {
  readonly id: string;
  readonly userName: string;
  readonly active: boolean;
}

export interface World extends AsyncDisposable {
  readonly graph: z.infer<typeof graphFacts>;
  readonly ramp: z.infer<typeof rampFacts>;
  /** Rows of the HR file. */
  readonly rows: number;
  readonly files: { readonly configuration: string; readonly hr: string };
  /** What should have become of everybody by now. */
  expectations(): Promise<readonly Expected[]>;
  /** Who is in Ramp, as its own page would show it. */
  users(): Promise<readonly RampUser[]>;
  change(): Promise<readonly Change[]>;
}

/** @param main The executable, for the children. */
export async function buildWorld(
  main: string,
  folder: string,
  people: number,
  signal: AbortSignal,
): Promise<World> {
  await mkdir(folder, { recursive: true });
  // Whoever was here before knows another tenant.
  await rm(path.join(folder, 'store'), { recursive: true, force: true });
  await using stack = new AsyncDisposableStack();
  const [graphProcess, rampProcess] = await Promise.all(
    [['graph', '--people', String(people)], ['ramp']].map(async (parameters) =>
      stack.use(await startStandIn(main, parameters, signal)),
    ),
  );
  const graph = graphFacts.parse(graphProcess?.facts);
  const ramp = rampFacts.parse(rampProcess?.facts);
  const hrText = await (await fetch(`${graph.story}/hr.csv`)).text();
  const files = {
    configuration: path.join(folder, 'lockstep.yaml'),
    hr: path.join(folder, 'people.csv'),
  };
  await writeFile(files.hr, hrText);
  await writeFile(files.configuration, configuration({ graph, ramp }));
  await writeFile(path.join(folder, 'entra.secret'), graph.secret, { mode: 0o600 });
  await writeFile(path.join(folder, 'ramp.token'), ramp.token, { mode: 0o600 });
  const children = stack.move();
  let changes: readonly Change[] = [];
  return {
    graph,
    ramp,
    files,
    rows: hrText.trim().split('\n').length - 1,
    expectations: async () => {
      const people = await getJson(`${graph.story}/expected`, z.array(expected));
      const outcomes = new Map(people.map((one) => [one.userPrincipalName, one.outcome]));
      for (const { person, outcome } of changes) outcomes.set(person, outcome);
      return [...outcomes].map(([userPrincipalName, outcome]) => ({ userPrincipalName, outcome }));
    },
    users: async () => {
      const users = await getJson(`${ramp.control}/users`, z.array(rampUser));
      return users.map(({ status, ...user }) => ({ ...user, active: status !== 'USER_INACTIVE' }));
    },
    change: async () => {
      changes = await getJson(`${graph.story}/changes`, z.array(change), 'POST');
      return changes;
    },
    [Symbol.asyncDispose]: () => children.disposeAsync(),
  };
}

async function getJson<Value>(
  url: string,
  schema: z.ZodType<Value>,
  method = 'GET',
): Promise<Value> {
  const response = await fetch(url, { method });
  if (!response.ok) throw new Error(`${method} ${url} answered ${response.status}`);
  return schema.parse(await response.json());
}

function configuration({ graph, ramp }: Pick<World, 'graph' | 'ramp'>): string {
  return `# What "npm start" runs with. Every key is explained in docs/configuration.md.

store: ./store # SQLite, in this folder

systems:
  entra:
    connector: entra
    options:
      tenant: ${graph.tenant}
      clientId: ${graph.clientId}
      secret: "\${file:./entra.secret}"
      cloud: { authority: "${graph.authority}", graph: "${graph.graph}" }
    read:
      user: {}

  hr: # a second source: it knows cost centre and start date, and makes nobody
    connector: file
    options: { path: people.csv, id: employeeId }
    read:
      user:
        creates: false
        authority: false
        join: [employeeId]
        map:
          costCenter: "[costCenter]"
          employeeHireDate: "[startDate]"
        precedence: { costCenter: 1, employeeHireDate: 1 }

  ramp:
    connector: scim
    profile: ramp
    options: { url: "${ramp.scim}", token: "\${file:./ramp.token}" }
    write:
      user:
        assigned: { entra: Ramp } # to the enterprise application, directly or by group
        map:
          "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter": "[costCenter]"
        leave: disable

schedule: { every: 1m }
`;
}
