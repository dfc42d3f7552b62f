/** Looking one object up by filter, and not believing an answer that does not hold the value. */

import type { Filter } from '../../identity/filter.ts';
import type { AttributePath } from '../../identity/path.ts';
import {
  type Attributes,
  type AttributeValue,
  type IdentityRecord,
  isReference,
  type Scalar,
} from '../../identity/record.ts';
import { formatFilter } from '../../scim/filter.ts';
import { readPath } from '../../scim/path.ts';
import { ConnectorError } from '../spi/index.ts';
import type { KnownPath } from './paths.ts';
import type { Protocol } from './profile.ts';
import { isList } from './translate.ts';

/** The filter for one value, escaped as JSON (RFC 7644 §3.4.2.2). */
export function lookupFilter(
  { path }: KnownPath,
  value: Scalar,
  typed: Protocol['filter']['typed'],
): string {
  const { where, subAttribute = 'value', ...holder } = path;
  if (where === undefined || typed === 'sub-attribute')
    return formatFilter({ type: 'compare', path, operator: 'eq', value });
  if (typed === 'plain')
    return formatFilter({
      type: 'compare',
      path: { ...holder, subAttribute },
      operator: 'eq',
      value,
    });
  const inner: Filter = {
    type: 'compare',
    path: { attribute: subAttribute },
    operator: 'eq',
    value,
  };
  return formatFilter({
    type: 'some',
    path: holder,
    where: { type: 'and', operands: [...operandsOf(where), inner] },
  });
}

function operandsOf(filter: Filter): readonly Filter[] {
  return filter.type === 'and' ? filter.operands : [filter];
}

/**
 * The one record that holds the value.
 *
 * @throws ConnectorError `ambiguous`; `filter-ignored` when the target answered with others.
 */
export function oneOf(
  records: readonly IdentityRecord[],
  { path }: KnownPath,
  value: Scalar,
  attempt: string,
): IdentityRecord | undefined {
  const holders = records.filter((record) => holdsValue(record, path, value));
  if (holders.length > 1)
    throw new ConnectorError('ambiguous', `${attempt}: more than one object has it`, {
      remedy: 'Make the value unique in the target, or match by another attribute.',
    });
  if (holders.length === 0 && records.length > 0)
    throw new ConnectorError(
      'invalid',
      `${attempt}: the target answered with objects that do not have it`,
      {
        code: 'filter-ignored',
        remedy: 'The target cannot filter by this attribute: match by another one.',
        general: true,
      },
    );
  return holders[0];
}

function holdsValue(
  { ref, attributes }: IdentityRecord,
  path: AttributePath,
  value: Scalar,
): boolean {
  if (path.attribute === 'id' && path.schema === undefined) return ref.id === value;
  const wanted = String(value).toLowerCase();
  return valuesAt(attributes, path).some((held) => String(held).toLowerCase() === wanted);
}

/** A provider that leaves `type` out of its answer has found the right element all the same. */
function valuesAt(attributes: Attributes, path: AttributePath): readonly Scalar[] {
  const exact = scalars(readPath(attributes, path));
  if (exact.length > 0 || path.where === undefined) return exact;
  const { where: _, ...anywhere } = path;
  return scalars(readPath(attributes, anywhere));
}

function scalars(value: AttributeValue | undefined): readonly Scalar[] {
  if (value === undefined) return [];
  if (typeof value !== 'object') return [value];
  if (isReference(value)) return 'id' in value.$ref ? [value.$ref.id] : [];
  if (isList(value)) return value.flatMap((one) => scalars(one));
  return 'value' in value ? scalars(value.value) : [];
}
