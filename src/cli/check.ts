import type { Command } from 'commander';
import type { Configuration } from '../config/configuration.ts';
import type { CheckFinding, Connector, Writing } from '../connectors/spi/index.ts';
import { canBeWritten } from '../server/scim/abilities.ts';
import { type Offer, offeredSystem } from '../server/scim/offer.ts';
import type { ReadingReport } from '../sync/engine.ts';
import { progressDisplay } from './progress.ts';
import { sayNotTaken } from './report.ts';
import type { Opened } from './services.ts';
import {
  body,
  type CommonOptions,
  configurationOf,
  type Exit,
  newCommand,
  Refusal,
  type Session,
} from './session.ts';
import { tableLines } from './table.ts';
import type { Output } from './terminal.ts';
import { codeText, count, counted } from './words.ts';

interface SystemFindings {
  readonly system: string;
  readonly findings: readonly CheckFinding[];
}

interface CheckOptions extends CommonOptions {
  readonly connections?: true;
}

export function checkCommand(session: Session): Command {
  const command = newCommand(
    'check',
    'configuration, every connection, who would be refused',
  ).option('--connections', 'read nobody: only configuration and connections');
  return body<CheckOptions>(session, command, async (options, out) => {
    const configuration = await configurationOf(session, options, out);
    out.say(
      `${out.paint('green', '✓')} ${options.config}: ${counted(configuration.systems.length, 'system')}`,
    );
    await using opened = await session.services.open(configuration);
    const systems: SystemFindings[] = [];
    for (const { name } of configuration.systems) {
      const findings = await findingsOf(name, configuration, opened, session.signal);
      systems.push({ system: name, findings });
      sayFindings(name, findings, out);
    }
    const failed = systems.some(({ findings }) =>
      findings.some(({ status }) => status === 'failed'),
    );
    const refused =
      options.connections || failed ? undefined : await refusals(opened, session, out);
    out.json({ systems, ...refused });
    if (refused !== undefined) {
      sayRefusals(refused.refused, out);
      sayNotTaken(refused.readings, out);
    }
    const exit: Exit = failed ? 1 : 0;
    return exit;
  });
}

async function findingsOf(
  system: string,
  configuration: Configuration,
  { engine }: Opened,
  signal: AbortSignal,
): Promise<readonly CheckFinding[]> {
  const applications = configuration.systems.flatMap(({ write }) =>
    Object.values(write).flatMap(({ assigned }) =>
      assigned?.system === system ? [assigned.application] : [],
    ),
  );
  const configured = configuration.systems.find(({ name }) => name === system);
  const offer = configured?.serve;
  try {
    const connector = await engine.connector(system);
    const findings = await connector.check({
      ...{ signal, applications },
      writes: configured ? writesOf(configured, connector) : [],
    });
    const works = findings.every(({ status }) => status !== 'failed');
    return offer && works ? [...findings, await offering(system, connector, offer)] : findings;
  } catch (error) {
    return [failed('connection', error)];
  }
}

/** By runs, and by clients that it is served to. */
function writesOf(
  { write, serve }: Configuration['systems'][number],
  connector: Connector,
): readonly Writing[] {
  const byRuns = Object.entries(write).map(([kind, { map, do: actions }]): Writing => {
    return { kind, actions, attributes: map.map(({ path }) => path) };
  });
  const isOpen = serve !== undefined && !serve.readOnly && canBeWritten(connector);
  const byClients = isOpen ? (serve.kinds ?? ['user', 'group']).map((kind) => ({ kind })) : [];
  return [...byRuns, ...byClients];
}

/** What others reach of it over SCIM, or why they cannot. */
async function offering(system: string, connector: Connector, offer: Offer): Promise<CheckFinding> {
  try {
    const { types, connector: served } = await offeredSystem(system, connector, offer);
    const names = [...types.keys()].map((name) => `/${name}`).join(', ');
    const message = `${names} over SCIM${canBeWritten(served) ? '' : ', read only'}`;
    return { subject: 'serve', status: 'ok', message };
  } catch (error) {
    return failed('serve', error);
  }
}

function failed(subject: string, error: unknown): CheckFinding {
  if (!(error instanceof Error)) throw error;
  const remedy = 'remedy' in error && typeof error.remedy === 'string' ? error.remedy : undefined;
  const { message } = error;
  return { subject, status: 'failed', message, ...(remedy !== undefined && { remedy }) };
}

const MARK = {
  ok: ['green', '✓'],
  warning: ['yellow', '!'],
  failed: ['red', '✗'],
} as const satisfies Record<CheckFinding['status'], readonly [string, string]>;

function sayFindings(system: string, findings: readonly CheckFinding[], out: Output): void {
  out.say(out.paint('bold', system));
  const rows = findings.map(({ subject, status, message }) => [
    out.paint(MARK[status][0], MARK[status][1]),
    subject,
    message,
  ]);
  const lines = tableLines(rows, { width: Number.POSITIVE_INFINITY });
  findings.forEach(({ remedy, status }, index) => {
    out.say(lines[index] ?? '');
    if (remedy !== undefined && status !== 'ok') out.say(`      ${remedy}`);
  });
}

interface Refusals {
  readonly refused: readonly Refused[];
  readonly readings: readonly ReadingReport[];
}

interface Refused {
  readonly target: string;
  readonly people: readonly RefusedPerson[];
}

interface RefusedPerson {
  readonly label: string;
  readonly code: string;
  readonly message: string;
}

/** Reads and plans, as a run would. Refused is whom the plan refuses, or earlier ones did. */
async function refusals({ verbs }: Opened, session: Session, out: Output): Promise<Refusals> {
  using display = progressDisplay(out, session.terminal.stderr);
  const report = await verbs.plan({}, { signal: session.signal, progress: display.show });
  const refused: Refused[] = [];
  for (const { target, plan, failure } of report.targets) {
    if (failure !== undefined) throw new Refusal(failure.code, failure.message, failure);
    const people = new Map<string, RefusedPerson>();
    for await (const { identity, label, code, message } of verbs.unsent(target)) {
      people.set(identity, { label, code, message });
    }
    for await (const omission of plan === undefined ? [] : verbs.refusals(plan.key)) {
      const { identity, label, code, message } = omission;
      people.set(identity, { label, code, message });
    }
    refused.push({ target, people: [...people.values()] });
  }
  return { refused, readings: report.readings };
}

const NAMED = 5;

function sayRefusals(refused: readonly Refused[], out: Output): void {
  for (const { target, people } of refused) {
    out.say();
    if (people.length === 0) {
      out.say(`${out.paint('green', '✓')} Nobody would be refused in ${target}.`);
      continue;
    }
    const number = counted(people.length, 'person', 'people');
    out.say(`${out.paint('yellow', '!')} ${number} would be refused in ${target}:`);
    for (const [code, some] of Map.groupBy(people, (person) => person.code)) {
      out.say(`  ${count(some.length)} ${codeText(code)} ${out.paint('grey', code)}`);
      for (const { label, message } of some.slice(0, NAMED)) out.say(`    ${label}: ${message}`);
      const more = some.length - NAMED;
      if (more > 0)
        out.say(out.paint('grey', `    … and ${count(more)} more: lockstep log --unsent`));
    }
  }
}
