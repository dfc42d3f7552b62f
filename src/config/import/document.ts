/**
 * A synchronization schema as Microsoft Graph exports it, read with patience: names and enumeration
 * values vary in case from export to export, and what is not used here is not looked at.
 */

export interface SynchronizationSchema {
  readonly rules: readonly SynchronizationRule[];
  readonly directories: readonly DirectoryDefinition[];
}

export interface SynchronizationRule {
  readonly name: string;
  /** The lowest comes first. */
  readonly priority: number;
  readonly source: string;
  readonly target: string;
  /** Whether the rule narrows what it reads by containers or groups. */
  readonly narrowed: boolean;
  readonly mappings: readonly ObjectMapping[];
}

export interface ObjectMapping {
  readonly name: string;
  readonly enabled: boolean;
  readonly sourceObject: string;
  readonly targetObject: string;
  readonly flowTypes: ReadonlySet<string>;
  readonly scope: readonly FilterSet[];
  readonly attributes: readonly AttributeMapping[];
}

export interface FilterSet {
  readonly kind: 'groups' | 'inputFilterGroups' | 'categoryFilterGroups';
  readonly groups: readonly FilterGroup[];
}

export interface FilterGroup {
  readonly name: string;
  readonly clauses: readonly Clause[];
}

export interface Clause {
  readonly attribute: string;
  readonly operator: string;
  readonly values: readonly string[];
}

export interface AttributeMapping {
  readonly target: string;
  /** Absent for a mapping of type None. */
  readonly source?: MappingSource;
  readonly default?: string;
  readonly flowType: string;
  readonly flowBehavior: string;
  /** 0: does not match. */
  readonly matchingPriority: number;
}

export interface MappingSource {
  readonly type: string;
  readonly name: string;
  readonly expression: string;
  readonly parameters: readonly { readonly key: string; readonly value: MappingSource }[];
}

export interface DirectoryDefinition {
  readonly name: string;
  readonly objects: readonly { readonly name: string; readonly required: readonly string[] }[];
}

/** Deeper than any expression may be; a tree beyond it is cut off, and then cannot be read. */
const MAX_DEPTH = 600;

/** @returns Nothing when this is no synchronization schema at all. */
export function readSchema(json: unknown): SynchronizationSchema | undefined {
  const rules = member(json, 'synchronizationRules');
  if (!Array.isArray(rules)) return undefined;
  return {
    rules: rules.map(rule).toSorted((a, b) => a.priority - b.priority),
    directories: list(json, 'directories').map((directory) => ({
      name: text(directory, 'name'),
      objects: list(directory, 'objects').map((object) => ({
        name: text(object, 'name'),
        required: list(object, 'attributes')
          .filter((attribute) => member(attribute, 'required') === true)
          .map((attribute) => text(attribute, 'name')),
      })),
    })),
  };
}

function rule(json: unknown): SynchronizationRule {
  const containers = list(member(json, 'containerFilter'), 'includedContainers');
  const groups = list(member(json, 'groupFilter'), 'includedGroups');
  return {
    name: text(json, 'name') || 'unnamed rule',
    priority: number(json, 'priority'),
    source: text(json, 'sourceDirectoryName'),
    target: text(json, 'targetDirectoryName'),
    narrowed: containers.length + groups.length > 0,
    mappings: list(json, 'objectMappings').map(objectMapping),
  };
}

function objectMapping(json: unknown): ObjectMapping {
  const scope = member(json, 'scope');
  const kinds = ['groups', 'inputFilterGroups', 'categoryFilterGroups'] as const;
  return {
    name: text(json, 'name') || 'unnamed mapping',
    enabled: member(json, 'enabled') !== false,
    sourceObject: text(json, 'sourceObjectName'),
    targetObject: text(json, 'targetObjectName'),
    flowTypes: new Set(
      (text(json, 'flowTypes') || 'Add,Update,Delete').toLowerCase().split(/[,\s]+/),
    ),
    scope: kinds.map((kind) => ({ kind, groups: list(scope, kind).map(filterGroup) })),
    attributes: list(json, 'attributeMappings').map(attributeMapping),
  };
}

function filterGroup(json: unknown): FilterGroup {
  return {
    name: text(json, 'name'),
    clauses: list(json, 'clauses').map((clause) => ({
      attribute: text(clause, 'sourceOperandName'),
      operator: text(clause, 'operatorName'),
      values: list(member(clause, 'targetOperand'), 'values').map(String),
    })),
  };
}

function attributeMapping(json: unknown): AttributeMapping {
  const source = member(json, 'source');
  const fallback = member(json, 'defaultValue');
  return {
    target: text(json, 'targetAttributeName'),
    ...(isObject(source) && { source: mappingSource(source, 0) }),
    ...(fallback !== undefined &&
      fallback !== null &&
      fallback !== '' && { default: String(fallback) }),
    flowType: text(json, 'flowType') || 'Always',
    flowBehavior: text(json, 'flowBehavior') || 'FlowWhenChanged',
    matchingPriority: number(json, 'matchingPriority'),
  };
}

function mappingSource(json: unknown, depth: number): MappingSource {
  const parameters = depth < MAX_DEPTH ? list(json, 'parameters') : [];
  return {
    type: text(json, 'type'),
    // A constant may be a space.
    name: verbatim(json, 'name'),
    expression: text(json, 'expression'),
    parameters: parameters.map((parameter) => ({
      key: text(parameter, 'key'),
      value: mappingSource(member(parameter, 'value'), depth + 1),
    })),
  };
}

function isObject(json: unknown): json is Readonly<Record<string, unknown>> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

function member(json: unknown, name: string): unknown {
  if (!isObject(json)) return undefined;
  if (Object.hasOwn(json, name)) return json[name];
  const lower = name.toLowerCase();
  const key = Object.keys(json).find((candidate) => candidate.toLowerCase() === lower);
  return key === undefined ? undefined : json[key];
}

function list(json: unknown, name: string): readonly unknown[] {
  const value = member(json, name);
  return Array.isArray(value) ? value : [];
}

function text(json: unknown, name: string): string {
  return verbatim(json, name).trim();
}

function verbatim(json: unknown, name: string): string {
  const value = member(json, name);
  return typeof value === 'string' ? value : '';
}

function number(json: unknown, name: string): number {
  const value = Number(member(json, name) ?? 0);
  return Number.isFinite(value) ? value : 0;
}
