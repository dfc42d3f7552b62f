/** Which part of the log is meant: the options of `lockstep log` that choose, and how times are written. */

import type { Command } from 'commander';
import type { OutcomeQuery } from '../sync/ledger.ts';
import type { Verbs } from '../sync/verbs.ts';
import { moment } from './moment.ts';
import { personNamed } from './person.ts';
import { systemOption, wholeNumber } from './session.ts';

export interface QueryOptions {
  readonly system?: string;
  readonly person?: string;
  readonly run?: string;
  readonly code?: string;
  readonly failed?: true;
  readonly skipped?: true;
  readonly since?: Date;
  readonly until?: Date;
  readonly limit?: number;
}

export function withQueryOptions(command: Command): Command {
  return (
    command
      // The same as the operand, for whoever expects it here.
      .addOption(systemOption('only in this target').hideHelp())
      .option('--person <name>', 'only this one')
      .option('--run <id>', 'only of this run')
      .option('--code <code>', 'only failures of this code')
      .option('--failed', 'only what failed')
      .option('--skipped', 'only what was planned and not carried out')
      .option('--from, --since <time>', 'as 2026-01-31, 2026-01-31T08:00Z, or 2h, 3d', moment)
      .option('--to, --until <time>', 'the same; a day is meant with all its hours', endOf)
      .option('-n, --limit <number>', 'at most so many; 50, or all of an export', wholeNumber)
  );
}

export const SHOWN = 50;

/** @param all Whether everything is meant unless a limit says otherwise. */
export async function queryOf(
  options: QueryOptions,
  target: string | undefined,
  verbs: Verbs,
  all: boolean,
): Promise<OutcomeQuery> {
  const { person, run, code, since, until } = options;
  const identity = person === undefined ? undefined : (await personNamed(person, verbs)).id;
  const type = options.failed ? 'failed' : options.skipped ? 'skipped' : undefined;
  return {
    limit: options.limit ?? (all ? Number.MAX_SAFE_INTEGER : SHOWN),
    ...(target !== undefined && { target }),
    ...(identity !== undefined && { identity }),
    ...(run !== undefined && { run }),
    ...(code !== undefined && { code }),
    ...(type !== undefined && { type }),
    ...(since !== undefined && { since }),
    ...(until !== undefined && { until }),
  };
}

const DAY_MILLISECONDS = 86_400_000;

function endOf(text: string): Date {
  const at = moment(text);
  return /^\d{4}-\d\d-\d\d$/.test(text) ? new Date(at.getTime() + DAY_MILLISECONDS) : at;
}
