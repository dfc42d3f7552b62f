/** What one kind of a target should hold: the document's own words over the profile's. */

import type { DefaultRow, WriteDefaults } from '../connectors/spi/index.ts';
import type { Problem } from '../identity/problem.ts';
import type { MappingRow } from '../mapping/mapping.ts';
import type { GuardedAction, Leave, Limit, WriteConfiguration } from './configuration.ts';
import type { WriteDocument } from './schema.ts';
import type { Path, Source } from './source.ts';

/** Without `guard`; a plan is held when both of a line are exceeded. */
const DEFAULT_GUARD: Readonly<Record<GuardedAction, Limit>> = {
  disable: { share: 0.2, count: 20 },
  delete: { share: 0, count: 5 },
  update: { share: 0.5, count: 100 },
};

const UNLIMITED: Limit = { share: 1, count: Number.MAX_SAFE_INTEGER };

const NOTHING: WriteDefaults = {
  map: {},
  match: [],
  required: [],
  do: ['create', 'update', 'disable', 'delete'],
  leave: 'disable',
};

export function writeConfiguration(
  document: WriteDocument,
  defaults: WriteDefaults | undefined,
  source: Source,
  at: Path,
): { readonly value: WriteConfiguration; readonly problems: readonly Problem[] } {
  const offered = defaults ?? NOTHING;
  const rows = mappingRows(document, offered, source, at);
  const allowed = document.do ?? offered.do;
  const leave = leavePolicy(document, offered);
  const value: WriteConfiguration = {
    ...assigned(document),
    ...scopeOf(document, offered),
    match: document.match ?? offered.match,
    map: rows.value,
    required: document.required ?? offered.required,
    do: allowed,
    leave,
    guard: {
      disable: limit('disable', document, offered),
      delete: limit('delete', document, offered),
      update: limit('update', document, offered),
    },
    ...(document.firstRun !== undefined && { firstRun: document.firstRun }),
    ...(document.pilot !== undefined && { pilot: document.pilot }),
  };
  return {
    value,
    problems: [...rows.problems, ...permissionProblems(document, value, offered, source, at)],
  };
}

function assigned(document: WriteDocument): Pick<WriteConfiguration, 'assigned'> {
  const [entry] = Object.entries(document.assigned ?? {});
  if (entry === undefined) return {};
  const [system, application] = entry;
  return { assigned: { system, application } };
}

function scopeOf(document: WriteDocument, offered: WriteDefaults): { readonly scope?: string } {
  const scope = document.scope ?? offered.scope;
  return scope === undefined ? {} : { scope };
}

function mappingRows(
  document: WriteDocument,
  { map }: WriteDefaults,
  source: Source,
  at: Path,
): { readonly value: readonly MappingRow[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const rows = new Map(Object.entries(map).map(([path, row]) => [path, mappingRow(path, row)]));
  for (const [path, own] of Object.entries(document.map ?? {})) {
    if (own === false) {
      rows.delete(path);
    } else if (typeof own === 'string') {
      rows.set(path, mappingRow(path, { expression: own }));
    } else {
      const { value, ...settings } = own;
      const expression = value ?? map[path]?.expression;
      if (expression === undefined) {
        problems.push({
          code: 'missing-key',
          severity: 'error',
          message: `the mapping to "${path}" has no value`,
          remedy: 'add value: "[attribute]"; only rows of a profile may go without',
          place: source.keyPlace([...at, 'map', path]),
        });
        continue;
      }
      rows.set(path, mappingRow(path, defined({ ...map[path], ...settings, expression })));
    }
  }
  return { value: [...rows.values()], problems };
}

function mappingRow(path: string, row: DefaultRow): MappingRow {
  return {
    path,
    expression: row.expression,
    ...(row.default !== undefined && { default: row.default }),
    when: row.when ?? 'always',
    // Who states a default for what is missing means it on every day, not on the first one only.
    onNull: row.onNull ?? (row.default === undefined ? 'clear' : 'default'),
  };
}

function defined(row: {
  readonly expression: string;
  readonly default?: string | undefined;
  readonly when?: DefaultRow['when'] | undefined;
  readonly onNull?: DefaultRow['onNull'] | undefined;
}): DefaultRow {
  return {
    expression: row.expression,
    ...(row.default !== undefined && { default: row.default }),
    ...(row.when !== undefined && { when: row.when }),
    ...(row.onNull !== undefined && { onNull: row.onNull }),
  };
}

function leavePolicy({ leave }: WriteDocument, offered: WriteDefaults): Leave {
  if (leave === undefined) return { type: offered.leave };
  if (typeof leave === 'string') return { type: leave };
  return { type: 'delete-after', days: leave['delete-after'] };
}

/** What is not said of a limit does not soften it: beyond the other one alone, a plan is held. */
function limit(action: GuardedAction, { guard }: WriteDocument, offered: WriteDefaults): Limit {
  const own = guard?.[action] ?? offered.guard?.[action];
  if (own === undefined) return DEFAULT_GUARD[action];
  if (own === false) return UNLIMITED;
  return { share: own.share ?? 0, count: own.count ?? 0 };
}

function permissionProblems(
  document: WriteDocument,
  { leave, do: allowed }: WriteConfiguration,
  offered: WriteDefaults,
  source: Source,
  at: Path,
): readonly Problem[] {
  const beyond = (document.do ?? []).flatMap((action, index): Problem[] =>
    offered.do.includes(action)
      ? []
      : [
          {
            code: 'action-not-allowed',
            severity: 'error',
            message: `this application cannot ${action}`,
            remedy: `its profile allows: ${offered.do.join(', ')}`,
            place: source.place([...at, 'do', index]),
          },
        ],
  );
  const needed = leave.type === 'delete-after' ? 'delete' : leave.type;
  if (needed === 'keep' || allowed.includes(needed) || document.leave === undefined) return beyond;
  return [
    ...beyond,
    {
      code: 'action-not-allowed',
      severity: 'error',
      message: `leave: ${leave.type} needs "${needed}", which is not among do: [${allowed.join(', ')}]`,
      remedy: `add ${needed} to do, or choose leave: keep`,
      place: source.place([...at, 'leave']),
    },
  ];
}
