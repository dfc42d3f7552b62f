/** What one kind of a target should hold: the document's own words over the profile's. */

import type { DefaultRow, WriteDefaults } from '../connectors/spi/index.ts';
import type { Problem } from '../identity/problem.ts';
import type { ObjectKind } from '../identity/record.ts';
import type { MappingRow } from '../mapping/mapping.ts';
import type { Leave, WriteConfiguration } from './configuration.ts';
import { membersPolicy, NO_GROUP_DEFAULTS, withoutMembers } from './group.ts';
import { guardOf, holdsOf } from './guard.ts';
import type { Path, Source } from './source.ts';
import type { WriteDocument } from './write-document.ts';

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
  kind: ObjectKind,
): { readonly value: WriteConfiguration; readonly problems: readonly Problem[] } {
  const isGroup = kind === 'group';
  const offered = defaults ?? (isGroup ? NO_GROUP_DEFAULTS : NOTHING);
  const rows = mappingRows(document, offered, source, at);
  const allowed = document.do ?? offered.do;
  const leave = leavePolicy(document, offered);
  const value: WriteConfiguration = {
    ...assigned(document),
    ...scopeOf(document, offered),
    match: document.match ?? offered.match,
    map: isGroup ? withoutMembers(rows.value) : rows.value,
    required: document.required ?? offered.required,
    do: allowed,
    leave,
    ...(isGroup && { members: membersPolicy(document, offered) }),
    guard: guardOf(document, offered),
    holds: holdsOf(document),
    ...(document.urgent !== undefined && { urgent: document.urgent }),
    ...(document.firstRun !== undefined && { firstRun: document.firstRun }),
    ...(document.pilot !== undefined && { pilot: document.pilot }),
    drift: {
      default: document.drift?.default ?? 'report',
      attributes: document.drift?.attributes ?? {},
      orphans: document.drift?.orphans ?? 'report',
      alertFrom: document.drift?.alert ?? 1,
    },
    ...(document.reconcile !== undefined && { reconcileEverySeconds: document.reconcile.every }),
  };
  return {
    value,
    problems: [...rows.problems, ...permissionProblems(document, value, offered, source, at, kind)],
  };
}

function assigned(document: WriteDocument): Pick<WriteConfiguration, 'assigned'> {
  const { nested, ...systems } = document.assigned ?? {};
  const [entry] = Object.entries(systems);
  if (entry === undefined) return {};
  const [system, application] = entry;
  return { assigned: { system, application, ...(nested && { nested }) } };
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
      const { value, reuseAfter, ...settings } = own;
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
      const row = defined({ ...map[path], ...settings, expression });
      rows.set(path, mappingRow(path, row, reuseAfter));
    }
  }
  return { value: [...rows.values()], problems };
}

function mappingRow(path: string, row: DefaultRow, reuseAfter?: number): MappingRow {
  return {
    path,
    expression: row.expression,
    ...(row.default !== undefined && { default: row.default }),
    when: row.when ?? 'always',
    // Who states a default for what is missing means it on every day, not on the first one only.
    onNull: row.onNull ?? (row.default === undefined ? 'clear' : 'default'),
    ...(reuseAfter !== undefined && { reuseAfterSeconds: reuseAfter }),
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

function permissionProblems(
  document: WriteDocument,
  { leave, do: allowed }: WriteConfiguration,
  offered: WriteDefaults,
  source: Source,
  at: Path,
  kind: ObjectKind,
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
  if (document.leave === undefined) return beyond;
  const place = source.place([...at, 'leave']);
  if (leave.type === 'disable' && kind !== 'user') {
    return [
      ...beyond,
      {
        code: 'leave-impossible',
        severity: 'error',
        message: `a ${kind} cannot be disabled: it has nothing that switches it off`,
        remedy: 'choose leave: delete, { delete-after: 30d } or keep',
        place,
      },
    ];
  }
  const missing = neededFor(leave, kind).filter((action) => !allowed.includes(action));
  return [
    ...beyond,
    ...missing.map(
      (needed): Problem => ({
        code: 'action-not-allowed',
        severity: 'error',
        message: `leave: ${leave.type} needs "${needed}", which is not among do: [${allowed.join(', ')}]`,
        remedy: `add ${needed} to do, or choose leave: keep`,
        place,
      }),
    ),
  ];
}

/** People are disabled until their days are over; what cannot be stays as it is. */
function neededFor({ type }: Leave, kind: ObjectKind): readonly ('disable' | 'delete')[] {
  switch (type) {
    case 'keep':
      return [];
    case 'delete-after':
      return kind === 'user' ? ['disable', 'delete'] : ['delete'];
    case 'disable':
    case 'delete':
      return [type];
  }
}
