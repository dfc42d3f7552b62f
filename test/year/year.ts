/** A year of a company on a virtual clock, compared with a model after every day. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { connectorTypes, openEngine } from '../../src/compose.ts';
import type { Configuration } from '../../src/config/configuration.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import type { Attributes } from '../../src/identity/record.ts';
import { runSync } from '../../src/sync/run.ts';
import { companyOf } from './company.ts';
import { DAYS, type Day, dateOf, momentOf } from './days.ts';
import { bringTo, DELETED_AFTER, LOOK_AHEAD, type Model, type ModelAccount } from './model.ts';
import { application, personnelFiles } from './systems.ts';

export interface Year {
  /** What was not as the model has it; empty if all is well. */
  readonly differences: readonly string[];
  readonly happened: Readonly<Record<string, number>>;
  /** People planned from the second day on. */
  readonly lookedAt: number;
  readonly writes: number;
  readonly accounts: number;
  readonly milliseconds: {
    /** The first day, on which everybody is there. */
    readonly first: number;
    /** The engine, all other days together. */
    readonly others: number;
    readonly model: number;
  };
}

/** Whoever reads on learns nothing more. */
const MOST_DIFFERENCES = 5;

export async function yearOf(people: number, seed: number): Promise<Year> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lockstep-year-'));
  let now = new Date(momentOf(0));
  const files = personnelFiles();
  const app = application();
  const connectors = { ...files.connectors, app: app.connector };
  try {
    await using opened = await openEngine(await configured(folder), {
      now: () => now,
      random: () => 0.5,
      sleep: async () => {},
    });
    const engine = {
      ...opened,
      connector: async (system: string) => connectors[system as keyof typeof connectors],
    };
    const company = companyOf(people, seed, files);
    const model: Model = { accounts: [], byName: new Map() };
    const differences: string[] = [];
    const milliseconds = { first: 0, others: 0, model: 0 };
    let lookedAt = 0;
    for (let day = 0; day < DAYS && differences.length === 0; day++) {
      now = new Date(momentOf(day));
      if (day > 0) company.happen(day);
      const began = performance.now();
      const { targets } = await runSync(engine, { trigger: 'schedule' }, WATCH);
      const ran = performance.now();
      milliseconds[day === 0 ? 'first' : 'others'] += ran - began;
      if (day > 0) lookedAt += targets[0]?.plan?.considered ?? 0;
      const changed = bringTo(day, company.humans, model);
      // Whatever was equal and touched by neither side is equal still; in the end all are compared.
      const names =
        day === DAYS - 1
          ? [...model.byName.keys(), ...app.accounts.keys()]
          : [...changed, ...app.takeTouched()];
      differences.push(...differencesOn(day, new Set(names), model.byName, app.accounts));
      milliseconds.model += performance.now() - ran;
    }
    const { happened } = company;
    return {
      differences,
      happened,
      lookedAt,
      writes: app.writes(),
      accounts: app.accounts.size,
      milliseconds,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const WATCH = { signal: new AbortController().signal, progress: () => {} };

function differencesOn(
  day: Day,
  names: ReadonlySet<string>,
  model: ReadonlyMap<string, ModelAccount>,
  accounts: ReadonlyMap<string, Attributes>,
): readonly string[] {
  const found: string[] = [];
  for (const name of names) {
    const [wanted, account] = [model.get(name), accounts.get(name)];
    if (isSame(wanted, account)) continue;
    found.push(
      `${dateOf(day)}: ${name} is ${JSON.stringify(account)} and should be ${JSON.stringify(wanted)}`,
    );
    if (found.length >= MOST_DIFFERENCES) break;
  }
  return found;
}

function isSame(wanted: ModelAccount | undefined, account: Attributes | undefined): boolean {
  if (wanted === undefined || account === undefined) return wanted === account;
  return (
    account.userName === wanted.userName &&
    account.title === wanted.department &&
    account.userType === wanted.userType &&
    account.active === wanted.active
  );
}

async function configured(folder: string): Promise<Configuration> {
  const file = path.join(folder, 'lockstep.yaml');
  await writeFile(file, DOCUMENT);
  const loaded = await loadConfiguration(file, {
    env: { TOKEN: 'secret' },
    connectors: connectorTypes(),
    profiles: path.resolve(import.meta.dirname, '../../profiles'),
  });
  if (loaded.ok) return loaded.value;
  throw new Error(loaded.problems.map(({ message }) => message).join('\n'));
}

/** Connected to by what is in memory; only the rules count. */
const DOCUMENT = `
dates:
  zone: Europe/Zurich
  by: office
  zones: { Austin: America/Chicago, Singapore: Asia/Singapore }
systems:
${personnel('hr', 'Employee')}
${personnel('agency', 'Contractor')}
  app:
    connector: scim
    options: { url: "https://app.contoso.com/scim/v2", token: "\${env:TOKEN}" }
    write:
      user:
        scope: not (awayFrom le "now" and awayUntil gt "now-1d")
        match: [userName]
        map:
          userName: "[mail]"
          active: "Not([IsSoftDeleted])"
          title: "[department]"
          userType: "[employeeType]"
        leave: { delete-after: ${DELETED_AFTER}d }
        firstRun: go
        guard: { disable: false, delete: false, update: false, churn: false, failures: false, swap: false }
`;

function personnel(name: string, type: string): string {
  return `
  ${name}:
    connector: file
    options: { path: ${name}.csv, id: number }
    read:
      user:
        join: [person]
        while: employeeHireDate le "now+${LOOK_AHEAD}d" and not (employeeLeaveDateTime le "now-1d")
        map:
          employeeHireDate: "[hired]"
          employeeLeaveDateTime: "[left]"
          awayFrom: "[away]"
          awayUntil: "[back]"
          employeeType: '"${type}"'`;
}
