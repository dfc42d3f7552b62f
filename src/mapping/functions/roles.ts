/**
 * App roles. `[appRoleAssignments]` holds the roles a person was given in one application, so it
 * exists only towards a target that is assigned through it.
 */

import type { ComplexValue } from '../../identity/record.ts';
import { isList, textOf, type Value } from '../value.ts';
import {
  argument,
  type Call,
  type Environment,
  type FunctionDefinition,
  valuesOf,
} from './definition.ts';

interface Role {
  readonly value: string;
  readonly display: string;
}

const source = { name: 'source' } as const;

/** Of several roles the first by name, so that the answer does not change from run to run. */
const SingleAppRoleAssignment: FunctionDefinition = {
  parameters: [source],
  build: (call) => (environment) => rolesIn(call, environment)[0]?.value,
};

const AppRoleAssignments: FunctionDefinition = {
  parameters: [source],
  build: (call) => (environment) => {
    const roles = rolesIn(call, environment);
    return roles.length === 0 ? undefined : roles.map(({ value }) => value);
  },
};

const AppRoleAssignmentsComplex: FunctionDefinition = {
  parameters: [source],
  build: (call) => (environment) => {
    const roles = rolesIn(call, environment);
    return roles.length === 0
      ? undefined
      : roles.map(({ value, display }) => ({
          primary: false,
          type: 'WindowsAzureActiveDirectoryRole',
          display,
          value,
        }));
  },
};

function rolesIn(call: Call, environment: Environment): readonly Role[] {
  const found = argument(call, 0)(environment);
  const roles = valuesOf(found).flatMap((value) => roleOf(value, call.offset));
  return roles.toSorted((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : 0));
}

/** A role without a value goes by its display name; one that is a plain text is both. */
function roleOf(found: Value, offset: number): readonly Role[] {
  if (!isRole(found)) {
    const text = textOf(found, offset);
    return text === undefined || text === '' ? [] : [{ value: text, display: text }];
  }
  const { value, displayName } = found;
  const name = typeof value === 'string' && value !== '' ? value : displayName;
  if (typeof name !== 'string') return [];
  return [{ value: name, display: typeof displayName === 'string' ? displayName : name }];
}

function isRole(value: Value): value is ComplexValue {
  return (
    typeof value === 'object' && !isList(value) && ('value' in value || 'displayName' in value)
  );
}

export const ROLES: Readonly<Record<string, FunctionDefinition>> = {
  AppRoleAssignments,
  AppRoleAssignmentsComplex,
  AssertiveAppRoleAssignmentsComplex: AppRoleAssignmentsComplex,
  SingleAppRoleAssignment,
};
