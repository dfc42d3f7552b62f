/** What a test can do to the service that the service itself does not offer. */

import type { JsonWebKey } from 'node:crypto';
import type { Act, ActResult } from '../acts/act.ts';
import { perform } from '../acts/perform.ts';
import type { Life, Properties } from '../directory.ts';
import type { Fault } from '../faults.ts';
import { PROFILES, type ProfileName, type Settings, type Switches } from '../settings.ts';
import { hashed } from '../tenant.ts';
import type { ManagedIdentity } from '../tokens/identity.ts';
import type { Finding, GraphEvent } from './events.ts';
import type { Parts } from './parts.ts';

export interface Truth {
  readonly type: string;
  readonly id: string;
  readonly life: Life;
  readonly properties: Properties;
  readonly manager?: string;
  /** Of a group: ids, soft-deleted members included. */
  readonly members: readonly string[];
  readonly owners: readonly string[];
}

export interface Control {
  /** Does what another administrator would do; what the service would refuse throws. */
  act(act: Act): ActResult;
  /** Empties the tenant and forgets faults, events and settings. */
  reset(): void;
  now(): Date;
  advance(seconds: number): void;
  freeze(): void;
  run(): void;
  /** A named profile, or single settings over the present ones. */
  profile(profile: ProfileName | Partial<Settings>): void;
  switches(positions: Partial<Switches>): void;
  fault(fault: Fault): void;
  clearFaults(): void;
  /** Stops one replica from catching up, from 0. */
  hold(replica: number): void;
  release(replica: number): void;
  /** Lets every replica and the index catch up. */
  settle(): void;
  /** Scales all limits (0 turns them off), refuses everything, or forgets what was charged. */
  throttle(change: { readonly scale: number } | 'fill' | 'empty'): void;
  /** Invalidates all delta tokens, as a move of the tenant does. */
  raiseDeltaGeneration(): void;
  /** Life of access tokens issued from now on, in seconds. */
  tokenLife(seconds: number): void;
  /** Gives an application one more secret; without an end it lasts a year. */
  addSecret(appId: string, secret: string, endsAt?: Date): void;
  /** Publishes the keys of an outside issuer, in place of its discovery document. */
  publishIssuer(issuer: string, keys: readonly JsonWebKey[]): void;
  addIdentity(identity: ManagedIdentity): void;
  events(): readonly GraphEvent[];
  findings(): readonly Finding[];
  /** Whether a user's password is this one. */
  hasPassword(id: string, password: string): boolean;
  /** An object as the primary has it, by id or user principal name. */
  truth(id: string): Truth | undefined;
}

/** @param parts What the emulator is made of now; a reset makes it anew. */
export function controlOf(parts: () => Parts, reset: () => void): Control {
  const tenant = (): Parts['tenant'] => parts().tenant;
  return {
    act: (act) => perform(tenant(), act),
    reset,
    now: () => new Date(tenant().clock.now()),
    advance: (seconds) => tenant().clock.advance(seconds * 1000),
    freeze: () => tenant().clock.freeze(),
    run: () => tenant().clock.run(),
    profile: (profile) => {
      const settings =
        typeof profile === 'string' ? PROFILES[profile] : { ...tenant().settings, ...profile };
      tenant().settings = settings;
      tenant().replicas.arrange(settings);
    },
    switches: (positions) => {
      tenant().switches = { ...tenant().switches, ...positions };
    },
    fault: (fault) => parts().faults.add(fault),
    clearFaults: () => parts().faults.clear(),
    hold: (replica) => tenant().replicas.hold(replica),
    release: (replica) => tenant().replicas.release(replica),
    settle: () => tenant().replicas.settle(),
    throttle: (change) => {
      const { throttle } = parts();
      if (change === 'fill') throttle.fill();
      else if (change === 'empty') throttle.empty();
      else throttle.scale(change.scale);
    },
    raiseDeltaGeneration: () => {
      tenant().deltaGeneration += 1;
    },
    tokenLife: (seconds) => parts().tokens.setLife(seconds),
    addSecret: (appId, secret, endsAt) => parts().addSecret(appId, secret, endsAt),
    publishIssuer: (issuer, keys) => parts().issuers.publish(issuer, keys),
    addIdentity: (identity) => parts().identities.push(identity),
    events: () => parts().events.events(),
    findings: () => parts().events.findings(),
    hasPassword: (id, password) => tenant().passwords.get(id) === hashed(password),
    truth: (id) => truthOf(tenant(), id),
  };
}

function truthOf(tenant: Parts['tenant'], name: string): Truth | undefined {
  const { directory } = tenant;
  const entry = directory.entry(tenant.upns.get(name.toLowerCase()) ?? name);
  if (entry === undefined) return undefined;
  const targets = (kind: 'member' | 'owner' | 'manager'): readonly string[] =>
    directory
      .linksFrom(kind, entry.id)
      .filter(({ present }) => present)
      .map(({ target }) => target);
  const [manager] = targets('manager');
  return {
    type: entry.type,
    id: entry.id,
    life: entry.current.life,
    properties: entry.current.properties,
    ...(manager !== undefined && { manager }),
    members: targets('member'),
    owners: targets('owner'),
  };
}
