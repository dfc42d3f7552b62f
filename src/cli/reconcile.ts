import { type Command, Option } from 'commander';
import { pathText, valueText } from '../plan/text.ts';
import type { ReconcileReport, ReconcileRequest } from '../sync/reconcile.ts';
import type { DriftCount, DriftRow } from '../sync/reconcile-storage.ts';
import type { Verbs } from '../sync/verbs.ts';
import { sayFailure, sayHolds, sayReadings, sayRun } from './report.ts';
import {
  body,
  EXIT,
  type Exit,
  knownSystems,
  Refusal,
  type Session,
  type VerbOptions,
  verbCommand,
  wholeNumber,
  withVerbs,
} from './session.ts';
import { tableLines } from './table.ts';
import type { Output } from './terminal.ts';
import { count, counted, duration, rate } from './words.ts';

interface ReconcileOptions extends VerbOptions {
  readonly revert?: true;
  readonly adopt?: true;
  readonly orphans?: 'link' | 'import' | 'disable' | 'leave';
  readonly account?: string;
  readonly to?: string;
  readonly list?: true;
  readonly limit: number;
}

const SHOWN = 20;

export function reconcileCommand(session: Session): Command {
  const command = verbCommand('reconcile', 'what others changed in a target: tell, revert, adopt')
    .argument('<system>', 'the target')
    .addOption(
      new Option('--revert', 'write what should be there, by an ordinary plan').conflicts('adopt'),
    )
    .option('--adopt', 'fight nothing that was changed, until its source changes')
    .addOption(
      new Option('--orphans <what>', "accounts that are nobody's").choices([
        'link',
        'import',
        'disable',
        'leave',
      ]),
    )
    .option('--account <id>', 'only this one, as it was found last; nothing is read')
    .option('--to <person>', 'with --account and --orphans link: whose it is')
    .option('--list', 'what was found last; nothing is read')
    .option('--limit <n>', 'lines to show', wholeNumber, SHOWN);
  return body<ReconcileOptions>(session, command, (options, out, [system = '']) =>
    withVerbs(session, options, out, async ({ verbs, systems }, watch) => {
      knownSystems(systems, [system]);
      if (options.list) return sayList(system, verbs, options, out);
      const report = await verbs.reconcile(requestOf(system, options), watch);
      out.json(report);
      if (!out.machine) await sayReport(report, verbs, options.limit, out);
      return EXIT[report.verdict];
    }),
  );
}

function requestOf(system: string, options: ReconcileOptions): ReconcileRequest {
  const { revert, adopt, orphans, account, to } = options;
  if (to !== undefined && (account === undefined || orphans !== 'link')) {
    throw new Refusal('wrong-usage', '--to says whose one account is', {
      remedy: 'name the account: --account ID --orphans link --to PERSON',
      exit: 64,
    });
  }
  return {
    system,
    trigger: 'command',
    ...(revert && { action: 'revert' as const }),
    ...(adopt && { action: 'adopt' as const }),
    ...(orphans !== undefined && { orphans }),
    ...(account !== undefined && { account }),
    ...(to !== undefined && { to }),
  };
}

async function sayReport(
  report: ReconcileReport,
  verbs: Verbs,
  limit: number,
  out: Output,
): Promise<void> {
  const { target, compared, found, settled, run } = report;
  sayReadings(
    compared.map(({ reading }) => reading),
    out,
  );
  for (const { accounts, ownMilliseconds, members } of compared) {
    const pace = rate(accounts, ownMilliseconds);
    out.say(
      `${counted(accounts, 'account')} compared in ${duration(ownMilliseconds)} of our own time${pace === '' ? '' : `, ${pace}`}.`,
    );
    if (members === undefined) continue;
    out.say(`${counted(members.shown, 'member')} of groups compared.`);
    if (members.withheld !== undefined) {
      out.say(
        `  ${out.paint('yellow', 'Not believed:')} ${count(members.withheld)} members were not shown. Either the target hides them, or its groups were emptied.`,
      );
    }
  }
  if (compared.length > 0) out.say();
  await sayRows(target, verbs, limit, out);
  sayCounts(found, out);
  saySettled(settled, target, out);
  sayFailure(report.failure, out);
  if (run !== undefined) {
    out.say();
    sayRun(run, out);
  }
}

async function sayRows(target: string, verbs: Verbs, limit: number, out: Output): Promise<void> {
  const rows: DriftRow[] = [];
  let more = 0;
  for await (const row of verbs.drift({ target })) {
    if (row.state === 'accepted') continue;
    if (rows.length < limit) rows.push(row);
    else more++;
  }
  for (const line of tableLines(
    rows.map((row) => cellsOf(row, out)),
    { width: out.width, indent: 0 },
  )) {
    out.say(line);
  }
  if (more > 0) out.say(out.paint('grey', `… and ${count(more)} more; --limit shows them`));
  if (rows.length > 0) out.say();
}

const TYPE: Readonly<Record<DriftRow['type'], string>> = {
  changed: 'changed',
  disabled: 'turned off',
  enabled: 'turned on',
  orphan: "nobody's",
  gone: 'gone',
  'member-added': 'added',
  'member-removed': 'removed',
};

function cellsOf(row: DriftRow, { paint }: Output): readonly string[] {
  return [
    paint(row.type === 'changed' ? 'yellow' : 'red', TYPE[row.type]),
    row.label,
    whatDiffers(row),
    paint('grey', [whenAndWho(row), row.account].filter((part) => part !== '').join(', ')),
  ];
}

function whatDiffers({ type, path, answered, current, state, person, note }: DriftRow): string {
  const waits = state === 'reverting' ? '; a plan takes it back' : '';
  switch (type) {
    case 'changed':
      return `${pathText(path ?? '')}: ${valueText(answered)} → ${valueText(current)}${waits}`;
    case 'disabled':
      return 'stays off until: lockstep release --person';
    case 'enabled':
      return `its person is out${waits}`;
    case 'orphan':
      return person === undefined ? (note ?? 'matches nobody') : `matches ${person.label}`;
    case 'gone':
      return 'its person is due, and looked at by the next run';
    case 'member-added':
      return `+ ${person?.label ?? note ?? path}${waits}`;
    case 'member-removed':
      return `- ${person?.label ?? note ?? path}${waits}`;
  }
}

function whenAndWho({ changedAt, changedBy }: DriftRow): string {
  const when = changedAt?.slice(0, 16).replace('T', ' ') ?? '';
  return changedBy === undefined ? when : `${when} by ${changedBy}`;
}

function sayCounts(found: readonly DriftCount[], out: Output): void {
  const open = found.filter(({ state }) => state !== 'accepted');
  const accepted = found
    .filter(({ state }) => state === 'accepted')
    .reduce((sum, each) => sum + each.count, 0);
  if (open.length === 0) out.say(`${out.paint('green', 'Nothing differs')} from what was written.`);
  const rows = open.map((each) => [
    TYPE[each.type],
    count(each.count),
    each.path === undefined ? '' : pathText(each.path),
  ]);
  for (const line of tableLines(rows, { width: out.width, right: [1] })) out.say(line);
  if (accepted > 0) {
    out.say(
      out.paint(
        'grey',
        `  ${counted(accepted, 'account or member', 'accounts and members')} left as they are`,
      ),
    );
  }
}

function saySettled(settled: ReconcileReport['settled'], target: string, out: Output): void {
  const { reverting, adopted, linked, imported, accepted, refused, disabling } = settled;
  const parts = [
    reverting > 0 && `${counted(reverting, 'person', 'people')} to be written again`,
    adopted > 0 && `${counted(adopted, 'value')} adopted`,
    linked > 0 && `${counted(linked, 'account')} linked`,
    imported > 0 && `${counted(imported, 'account')} imported`,
    accepted > 0 && `${counted(accepted, 'account')} left`,
  ].filter((part) => part !== false);
  if (parts.length > 0) out.say(`${parts.join(', ')}.`);
  for (const { account, message } of refused) {
    out.say(`  ${out.paint('yellow', account)}: ${message}`);
  }
  if (disabling === undefined) return;
  if (disabling.run !== undefined) {
    sayRun(disabling.run, out);
    return;
  }
  sayHolds(disabling.plan, out);
  out.say(
    `  This plan by its id: ${out.paint('cyan', `lockstep release ${disabling.plan.id.slice(0, 12)}`)} (${target})`,
  );
}

async function sayList(
  target: string,
  verbs: Verbs,
  { limit, account }: ReconcileOptions,
  out: Output,
): Promise<Exit> {
  let open = 0;
  if (out.machine) {
    const query = account === undefined ? { target } : { target, account };
    for await (const row of verbs.drift(query)) {
      if (row.state === 'open') open++;
      out.json(row);
    }
    return open > 0 ? 2 : 0;
  }
  await sayRows(target, verbs, limit, out);
  for await (const { state } of verbs.drift({ target, states: ['open'] })) {
    if (state === 'open') open++;
  }
  if (open === 0) out.say('Nothing is open.');
  return open > 0 ? 2 : 0;
}
