/**
 * An Entra provisioning job as configuration: the synchronization schema that Graph exports becomes
 * YAML that runs, and a remark for each thing that is not, or not quite, what it was.
 */

import { Document } from 'yaml';
import type { ObjectKind, SystemName } from '../../identity/record.ts';
import {
  type ObjectMapping,
  readSchema,
  type SynchronizationRule,
  type SynchronizationSchema,
} from './document.ts';
import type { Remark } from './remark.ts';
import { type ImportedRow, importRows } from './rows.ts';
import { importScope } from './scope.ts';

export interface ImportOptions {
  /** The name the source, Entra ID, is to have. */
  readonly system: SystemName;
  readonly target: SystemName;
  /** Display name of the enterprise application whose assignments decide; the target's name otherwise. */
  readonly application?: string;
  /**
   * Paths the target's connector or profile would map by default, by kind. The job does not have
   * those it does not name, so they are switched off.
   */
  readonly offered?: Readonly<Record<ObjectKind, readonly string[]>>;
}

export interface ImportedSchema {
  /** Empty when nothing could be imported. */
  readonly yaml: string;
  readonly remarks: readonly Remark[];
}

type Kind = 'user' | 'group';

interface Written {
  readonly kind: Kind;
  readonly write: Readonly<Record<string, unknown>>;
}

export function importEntraSchema(json: unknown, options: ImportOptions): ImportedSchema {
  const schema = readSchema(json);
  if (!schema)
    return nothing('the document has no synchronizationRules, so it is no synchronization schema');
  const remarks: Remark[] = [];
  const written = new Map<Kind, Written>();
  for (const rule of schema.rules) {
    for (const mapping of outbound(rule, remarks)) {
      const kind = kindOf(mapping);
      const reason = whyNot(mapping, kind, written);
      if (kind === undefined || reason !== undefined) {
        remarks.push({ item: mapping.name, status: 'not-supported', text: reason ?? '' });
      } else written.set(kind, importMapping(kind, mapping, schema, rule, options, remarks));
    }
  }
  if (written.size === 0) {
    return {
      yaml: '',
      remarks: [...remarks, ...nothing('no mapping of users or groups is left').remarks],
    };
  }
  return { yaml: yamlOf([...written.values()], options, remarks), remarks };
}

function nothing(text: string): ImportedSchema {
  return { yaml: '', remarks: [{ item: 'schema', status: 'not-supported', text }] };
}

const ENTRA = /^(azure active directory|microsoft entra id)\b/i;

function outbound(rule: SynchronizationRule, remarks: Remark[]): readonly ObjectMapping[] {
  if (rule.source !== '' && !ENTRA.test(rule.source)) {
    remarks.push({
      item: rule.name,
      status: 'not-supported',
      text: `it reads from "${rule.source}"; rules that read from Entra ID are imported`,
    });
    return [];
  }
  if (rule.narrowed) {
    remarks.push({
      item: rule.name,
      status: 'not-supported',
      text: 'its container or group filter is not carried over; say who is meant with scope or assigned',
    });
  }
  return rule.mappings;
}

function kindOf({ sourceObject }: ObjectMapping): Kind | undefined {
  const name = sourceObject.toLowerCase();
  return name === 'user' || name === 'group' ? name : undefined;
}

function whyNot(
  { enabled, sourceObject }: ObjectMapping,
  kind: Kind | undefined,
  written: ReadonlyMap<Kind, Written>,
): string | undefined {
  if (kind === undefined)
    return `objects of type "${sourceObject}" are not written; users and groups are`;
  if (!enabled) return 'it is switched off in the job';
  if (written.has(kind)) return `a rule that comes first already maps ${kind}s`;
  return undefined;
}

function importMapping(
  kind: Kind,
  mapping: ObjectMapping,
  schema: SynchronizationSchema,
  rule: SynchronizationRule,
  { system, target, application = target, offered = {} }: ImportOptions,
  remarks: Remark[],
): Written {
  const rows = importRows(mapping, remarks);
  const scope = importScope(mapping.scope);
  remarks.push(
    ...scope.refused.map(
      ({ clause, reason }): Remark => ({
        item: `${mapping.name}: scope ${clause}`,
        status: 'not-supported',
        text: `${reason}; its filter is left out, so that nobody more than before is in scope, and the first run is held`,
      }),
    ),
    ...scope.softened.map(
      (set): Remark => ({
        item: `${mapping.name}: ${set}`,
        status: 'imported-with-remark',
        text: 'became part of the scope: who stops meeting it is deprovisioned here, in Entra it is not',
      }),
    ),
  );
  if (kind === 'user') remarks.push(assignmentRemark(mapping, system, application));
  const paths = Object.keys(rows.map);
  const required = requiredPaths(mapping, schema, rule).filter((path) => paths.includes(path));
  const dropped = (offered[kind] ?? []).filter((path) => !(path in rows.map));
  return {
    kind,
    write: {
      ...(kind === 'user' && { assigned: { [system]: application } }),
      ...(scope.filter !== undefined && { scope: scope.filter }),
      ...(rows.match.length > 0 && { match: rows.match }),
      ...(required.length > 0 && { required }),
      map: { ...rows.map, ...Object.fromEntries(dropped.map((path) => [path, false])) },
      do: actions(kind, mapping),
      leave: leaveOf(kind, mapping, rows.map, remarks),
      ...(scope.refused.length > 0 && { firstRun: 'hold' }),
    },
  };
}

function assignmentRemark(
  { name }: ObjectMapping,
  system: SystemName,
  application: string,
): Remark {
  return {
    item: `${name}: assignments`,
    status: 'imported-with-remark',
    text: `the export does not say whether the job takes assigned people only; this takes those assigned to "${application}" in ${system}. Correct the name, or remove assigned if the job takes everybody`,
  };
}

function requiredPaths(
  { targetObject }: ObjectMapping,
  { directories }: SynchronizationSchema,
  { target }: SynchronizationRule,
): readonly string[] {
  const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
  return directories
    .filter(({ name }) => same(name, target))
    .flatMap(({ objects }) => objects.filter(({ name }) => same(name, targetObject)))
    .flatMap(({ required }) => required);
}

function actions(kind: Kind, { flowTypes }: ObjectMapping): readonly string[] {
  const updates = kind === 'user' ? ['update', 'disable'] : ['update'];
  return [
    ...(flowTypes.has('add') ? ['create'] : []),
    // Entra disables with an update; only an object deleted at the source is deleted.
    ...(flowTypes.has('update') ? updates : []),
    ...(flowTypes.has('delete') ? ['delete'] : []),
  ];
}

function leaveOf(
  kind: Kind,
  mapping: ObjectMapping,
  map: Readonly<Record<string, ImportedRow>>,
  remarks: Remark[],
): 'disable' | 'delete' | 'keep' {
  const { flowTypes, name } = mapping;
  if (kind === 'group') return flowTypes.has('delete') ? 'delete' : 'keep';
  const disables = Object.values(map).some(({ value }) => value.includes('[IsSoftDeleted]'));
  if (disables && flowTypes.has('update')) {
    if (flowTypes.has('delete')) {
      remarks.push({
        item: `${name}: leavers`,
        status: 'imported-with-remark',
        text: 'accounts are disabled and stay so; Entra deletes them once the user is deleted for good. Set leave: { delete-after: 30d } if that is meant',
      });
    }
    return 'disable';
  }
  remarks.push({
    item: `${name}: leavers`,
    status: 'imported-with-remark',
    text: 'nothing in the mapping disables an account, so accounts of leavers are kept; Entra deletes them where the application has no soft delete. Set leave: delete if that is meant',
  });
  return 'keep';
}

function yamlOf(
  written: readonly Written[],
  { system, target }: ImportOptions,
  remarks: readonly Remark[],
): string {
  const secret = (name: string) => `\${env:${target.toUpperCase().replaceAll('-', '_')}_${name}}`;
  const document = new Document({
    systems: {
      [system]: {
        connector: 'entra',
        options: {
          tenant: `\${env:ENTRA_TENANT}`,
          clientId: `\${env:ENTRA_CLIENT_ID}`,
          certificate: `\${file:./entra.pem}`,
        },
        read: Object.fromEntries(written.map(({ kind }) => [kind, {}])),
      },
      [target]: {
        connector: 'scim',
        options: { url: secret('URL'), token: secret('TOKEN') },
        write: Object.fromEntries(written.map(({ kind, write }) => [kind, write])),
      },
    },
  });
  document.commentBefore = [
    ' Imported from an Entra ID provisioning job.',
    ...remarks
      .filter(({ status }) => status !== 'imported')
      .map(({ item, status, text }) =>
        ` ${status === 'not-supported' ? 'Not carried over' : 'Note'}: ${item}: ${text}`.replace(
          /\s+/g,
          ' ',
        ),
      )
      .map((line) => ` ${line.trim()}`),
  ].join('\n');
  return document.toString({ lineWidth: 0 });
}
