/** A connector as the configuration offers it: under which names, of which kinds, to be written or not. */

import { type Connector, ConnectorError, type ServeMap } from '../../connectors/spi/index.ts';
import type { ObjectKind, SystemName } from '../../identity/record.ts';
import { readOnly } from './abilities.ts';
import { type ServedSystem, servedSystem } from './served.ts';
import { viewed } from './view/view.ts';

export interface Offer {
  /** All that the system has when absent. */
  readonly kinds?: readonly ObjectKind[];
  /** Over what the connector says of itself. */
  readonly map?: ServeMap;
  readonly readOnly?: boolean;
}

export async function offeredSystem(
  name: SystemName,
  connector: Connector,
  { kinds, map, readOnly: isReadOnly = false }: Offer,
): Promise<ServedSystem> {
  const { describe, get, search } = connector;
  if (!describe || !get || !search)
    throw new ConnectorError('invalid', `${name} cannot be served: its connector cannot search`, {
      code: 'not-servable',
      general: true,
    });
  const isNamed = map === undefined && connector.servedAs === undefined;
  const named = isNamed ? connector : await viewed({ ...connector, describe, get, search }, map);
  const served = await servedSystem(name, isReadOnly ? readOnly(named) : named);
  if (kinds === undefined) return served;
  const all = [...served.types.values()].map(({ kind }) => kind);
  const strange = kinds.filter((kind) => !all.includes(kind));
  if (strange.length > 0)
    throw new ConnectorError('invalid', `${name} has no kind ${strange.join(', ')} to be served`, {
      code: 'unknown-kind',
      remedy: `Its kinds are ${all.join(', ')}.`,
      general: true,
    });
  const types = [...served.types].filter(([, { kind }]) => kinds.includes(kind));
  return { ...served, types: new Map(types) };
}
