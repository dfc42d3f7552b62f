/**
 * What an identity provider writes into a served system is a change of a source, where the system is read
 * as one: with a schedule at work it is read at once and written on, and does not wait for the next round.
 */

import type { Configuration } from '../config/configuration.ts';
import type { Connector } from '../connectors/spi/index.ts';
import type { ObjectRef, SystemName } from '../identity/record.ts';
import { busyTargets, hurry } from '../sync/hurry.ts';
import { told, type Written } from '../told-writes.ts';
import { arrivalsAt, type Lane } from './arrivals.ts';

/** Beyond, people wait for the end of what is being written. */
const MOST_IN_A_HURRY = 1_000;

/** A connector whose writes are read at once; others stay as they are. */
export type Listening = (system: SystemName, connector: Connector) => Connector;

export function listening(
  { schedule }: Configuration,
  lane: Lane,
  onBug: (error: unknown) => void,
): Listening {
  return (system, connector) => {
    const isRead = lane.engine.sources.some((source) => source.system === system);
    if (schedule === undefined || !isRead) return connector;
    return told(connector, pushedTo(system, lane, onBug));
  };
}

function pushedTo(
  system: SystemName,
  lane: Lane,
  onBug: (error: unknown) => void,
): (written: Written) => void {
  const { engine } = lane;
  let pushed: ObjectRef[] = [];
  const { arrived } = arrivalsAt(system, lane, 'schedule', () => {
    const those = pushed;
    pushed = [];
    const busy = busyTargets(engine);
    return () => {
      busy.then((targets) => hurry(those, targets, engine)).catch(onBug);
    };
  });
  return ({ ref }) => {
    if (ref.kind === 'user' && pushed.length < MOST_IN_A_HURRY) pushed.push(ref);
    arrived().catch(onBug);
  };
}
