/**
 * Who sees which state. The primary takes every write; replicas apply commits in order, each with
 * its own delay; the index behind advanced queries is one more replica, slower.
 */

import type { Chance } from './chance.ts';
import { type Clock, HOUR } from './clock.ts';
import type { Directory } from './directory.ts';
import type { Settings } from './settings.ts';

interface Replica {
  readonly delay: number;
  /** What it has at least; raised by catching up. */
  floor: number;
  heldAt: number | undefined;
}

const STUCK = 600_000;

export class Replicas {
  readonly #directory: Directory;
  readonly #clock: Clock;
  readonly #chance: Chance;
  #replicas: readonly Replica[] = [];
  #index: Replica = { delay: 0, floor: 0, heldAt: undefined };

  constructor(directory: Directory, clock: Clock, chance: Chance, settings: Settings) {
    this.#directory = directory;
    this.#clock = clock;
    this.#chance = chance;
    this.arrange(settings);
  }

  /** Sets the replicas up anew; all of them begin with the present state. */
  arrange(settings: Settings): void {
    const floor = this.#directory.last;
    const draw = ([least, most]: readonly [number, number]): number =>
      least + this.#chance.below(most - least + 1);
    const replica = (delay: number): Replica => ({ delay, floor, heldAt: undefined });
    this.#replicas = Array.from({ length: settings.replicas }, (_, number) =>
      replica(number < settings.stuckReplicas ? STUCK : draw(settings.replicaDelay)),
    );
    this.#index = replica(draw(settings.indexDelay));
  }

  /** The replica that serves the next request. */
  draw(): number {
    return this.#replicas.length === 1 ? 0 : this.#chance.below(this.#replicas.length);
  }

  /** The number of the last change a replica has. */
  reached(number: number): number {
    const replica = this.#replicas[number] ?? this.#replicas[0];
    return replica === undefined ? this.#directory.last : this.#reachedBy(replica);
  }

  indexReached(): number {
    return this.#reachedBy(this.#index);
  }

  hold(number: number): void {
    const replica = this.#replicas[number];
    if (replica !== undefined) replica.heldAt = this.#reachedBy(replica);
  }

  release(number: number): void {
    const replica = this.#replicas[number];
    if (replica !== undefined) replica.heldAt = undefined;
  }

  /** Everybody catches up, held or not. */
  settle(): void {
    for (const replica of [...this.#replicas, this.#index]) {
      replica.heldAt = undefined;
      replica.floor = this.#directory.last;
    }
  }

  /** The number before which nobody looks: neither a replica nor a round that is still open. */
  oldestVisible(): number {
    const reached = [...this.#replicas, this.#index].map((replica) => this.#reachedBy(replica));
    return Math.min(this.#directory.numberAt(this.#clock.now() - HOUR), ...reached);
  }

  #reachedBy(replica: Replica): number {
    if (replica.heldAt !== undefined) return replica.heldAt;
    if (replica.delay === 0) return this.#directory.last;
    replica.floor = Math.max(
      replica.floor,
      this.#directory.numberAt(this.#clock.now() - replica.delay),
    );
    return replica.floor;
  }
}
