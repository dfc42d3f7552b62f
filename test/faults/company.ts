/** The engine at work in its world: verbs with and without faults, deaths, and the way to rest. */

import { openEngine } from '../../src/compose.ts';
import { StoreError } from '../../src/store/failure.ts';
import type { Engine, Watch } from '../../src/sync/engine.ts';
import { planSync } from '../../src/sync/plan-verb.ts';
import { provision } from '../../src/sync/provision.ts';
import { VerbRefusal } from '../../src/sync/refusal.ts';
import { release } from '../../src/sync/release.ts';
import { runSync } from '../../src/sync/run.ts';
import type { Due } from '../../src/warehouse/subject.ts';
import { chanceOf } from './chance.ts';
import type { VirtualClock } from './clock.ts';
import { configured } from './configured.ts';
import { unfaithful, type Written } from './faithful.ts';
import type { Faults, Step } from './history.ts';
import { lifeOf } from './life.ts';
import type { Gate, Store } from './sqlite.ts';
import { CALM, type Weather, type Wire, wire } from './wire.ts';
import type { Human, World } from './world.ts';

export interface Company {
  readonly world: World;
  readonly store: Store;
  readonly engine: () => Engine;
  /** Everything the engine said. */
  readonly said: readonly string[];
  /** How often the target was changed. */
  readonly writes: () => number;
  readonly secrets: readonly string[];
  live(step: Step): Promise<void>;
  /** Faults are over and time goes on, until nothing is due. */
  comeToRest(): Promise<void>;
  /** Without faults. */
  verb: Verb;
  close(): Promise<void>;
}

export type Verb = <Value>(
  work: (engine: Engine, watch: Watch) => Promise<Value>,
) => Promise<Value>;

export interface CompanyOptions {
  readonly world: World;
  readonly store: Store;
  readonly clock: VirtualClock;
  readonly secrets: { readonly secret: string; readonly token: string };
  readonly tell: (line: string) => void;
}

/** Something that must never happen, whatever fails. */
export class Wrong extends Error {}

/** A store that failed on purpose. */
class Injected extends StoreError {}

const MOST_ROUNDS = 60;
/** Longer than the target takes to show a change. */
const ROUND_SECONDS = 400;
/** So often nothing but what a person has to settle came up. */
const QUIET_ROUNDS = 4;

let hosts = 0;

export async function companyOf(options: CompanyOptions): Promise<Company> {
  const { world, clock, store, tell, secrets } = options;
  const configuration = await configured(world, secrets);
  const said: string[] = [];
  // A process that died in another history must not be taken for one of this.
  const host = `host-${++hosts}`;
  let life = lifeOf(0);
  let lives = 0;
  let engine: Engine | undefined;
  const writes: Written[] = [];
  let broken = { share: 0, chance: chanceOf(0) };
  let meanwhile: Faults['meanwhile'] = [];
  let requests = 0;

  const changes = () => writes.filter(({ ok }) => ok).length;
  const say = (what: unknown) => {
    const line = JSON.stringify(what) ?? '';
    said.push(line);
    tell(line);
  };
  const watch: Watch = { signal: new AbortController().signal, progress: say };

  const happensMeanwhile = async () => {
    requests++;
    const now = meanwhile.filter(({ after }) => after < requests);
    meanwhile = meanwhile.filter((each) => !now.includes(each));
    for (const { event } of now) await world.happen(event);
  };
  const common = { clock, life: () => life, asked: happensMeanwhile };
  const source: Wire = wire({ ...common, serve: world.graph.fetch, mayRepeat: () => true });
  const target: Wire = wire({
    ...common,
    serve: async (input, init) => {
      const answer = await world.target.fetch(input, init);
      const method = init?.method ?? 'GET';
      tell(
        `${clock.now().toISOString()} ${method} ${String(input)} ${init?.body ?? ''} ${answer.status}`,
      );
      if (method !== 'GET') {
        const path = new URL(String(input)).pathname;
        writes.push({ method, path, body: String(init?.body), ok: answer.ok });
      }
      return answer;
    },
    // Against a request that is delivered twice only the target itself can guard.
    mayRepeat: (method) => method !== 'POST' || world.uniqueness,
  });
  const fetch: typeof globalThis.fetch = (input, init) =>
    String(input).startsWith(world.target.url)
      ? target.fetch(input, init)
      : source.fetch(input, init);

  const opened = async (): Promise<Engine> => {
    life = lifeOf(++lives);
    const own = life;
    const passing = async () => {
      await own.pass();
      if (broken.share > 0 && broken.chance.happens(broken.share)) {
        throw new Injected('store-unreachable', 'the store failed on purpose');
      }
    };
    const gate: Gate = { before: passing, after: passing, ended: own.ended, busy: clock.busy };
    const made = await openEngine(configuration, {
      database: await store.open(gate),
      fetch,
      now: clock.now,
      random: chanceOf(lives).next,
      sleep: async (milliseconds, signal) => {
        await own.pass();
        await clock.sleep(milliseconds, signal);
        await own.pass();
      },
      boundary: () => own.pass(),
    });
    const self = { host, pid: own.number, processStart: '' };
    return {
      ...made,
      process: { self, alive: (holder) => holder.pid === life.number && !life.dead() },
    };
  };

  const work = async <Value>(
    verb: (engine: Engine, watch: Watch) => Promise<Value>,
  ): Promise<Value | 'killed'> => {
    try {
      return await clock.drive(async () => {
        engine ??= await opened();
        return Promise.race([verb(engine, watch), life.ended]);
      });
    } finally {
      if (life.dead()) {
        clock.dropTimers();
        engine = undefined;
      }
    }
  };
  const calm: Verb = async (verb) => {
    const value = await work(verb);
    if (value === 'killed') throw new Error('nobody killed it');
    say(value);
    return value;
  };
  const troubled = async (
    faults: Faults,
    verb: (engine: Engine, watch: Watch) => Promise<unknown>,
  ): Promise<void> => {
    engine ??= await clock.drive(opened);
    const chance = chanceOf(faults.seed);
    source.weather(weatherOf(faults.source, faults.share), chance);
    target.weather(weatherOf(faults.target, faults.share), chance);
    broken = { share: faults.store, chance };
    meanwhile = faults.meanwhile;
    requests = 0;
    if (faults.killAfter !== undefined) life.endAfter(faults.killAfter);
    try {
      say(await work(verb));
    } catch (error) {
      say(String(error));
      if (!(error instanceof Injected) && !isRefusal(error)) throw error;
    } finally {
      source.weather(CALM, chance);
      target.weather(CALM, chance);
      broken = { share: 0, chance };
      life.spare();
      for (const { event } of meanwhile) await world.happen(event);
      meanwhile = [];
    }
  };

  const live = async (step: Step): Promise<void> => {
    const human = 'who' in step ? world.humans[step.who % world.humans.length] : undefined;
    switch (step.type) {
      case 'event':
        return world.happen(step.event);
      case 'wait':
        return clock.advance(step.seconds);
      case 'restart':
        await engine?.[Symbol.asyncDispose]();
        engine = undefined;
        return;
      case 'run': {
        const request = { trigger: 'schedule', full: step.full } as const;
        if (isCalm(step)) {
          const wrong = await unfaithful(calm, writes);
          if (wrong.length > 0) throw new Wrong(wrong.join('; '));
        }
        return troubled(step, (open, watched) => runSync(open, request, watched));
      }
      case 'plan':
        return troubled(step, (open, watched) => planSync(open, {}, watched));
      case 'provision':
        if (human === undefined) return;
        return troubled(step, (open, watched) => provision(open, { person: human.upn }, watched));
      case 'release':
        if (human !== undefined) await releasePerson(human);
    }
  };
  const releasePerson = async (human: Human): Promise<void> => {
    try {
      await calm((open, watched) => release(open, { type: 'person', person: human.upn }, watched));
      human.released = true;
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
  };

  const comeToRest = async (): Promise<void> => {
    let quiet = 0;
    let rows: readonly Due[] = [];
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const before = changes();
      // Entra tells nobody that a manager who was deleted is none any more: a full reading shows it.
      const full = round === 1;
      await calm((open, watched) => runSync(open, { trigger: 'schedule', full }, watched));
      await peopleHelp();
      const open = engine;
      if (open === undefined) throw new Error('no engine is open');
      rows = await Array.fromAsync(open.warehouse.dueRows('ramp'));
      const waiting = rows.every(({ escrow }) => waitsForPerson(escrow));
      quiet = waiting && before === changes() ? quiet + 1 : 0;
      if (quiet >= (rows.length === 0 ? 2 : QUIET_ROUNDS)) return;
      const now = clock.now().getTime();
      const { probeAt } = await open.ledger.health('ramp');
      const next = Math.min(...rows.map(({ notBefore }) => notBefore?.getTime() ?? now));
      const wake = Math.max(Number.isFinite(next) ? next : now, probeAt?.getTime() ?? now);
      clock.advance(Math.max(ROUND_SECONDS, (wake - now) / 1000));
    }
    throw new Wrong(`it does not come to rest: ${JSON.stringify(rows)}`);
  };
  /** They follow the links in their mails, say what is really gone, and look at what is held. */
  const peopleHelp = async (): Promise<void> => {
    for (const kind of ['group', 'user', 'assignment']) {
      await calm((open) => open.warehouse.acceptAbsences('entra', kind));
    }
    for (const { number: who } of world.humans)
      await world.happen({ type: 'confirm-address', who });
    if ((await engine?.plans.current('ramp'))?.state !== 'held') return;
    await calm((open, watched) => release(open, { type: 'system', system: 'ramp' }, watched));
  };

  return {
    world,
    store,
    said,
    secrets: Object.values(secrets),
    writes: changes,
    engine: () => {
      if (engine === undefined) throw new Error('no engine is open');
      return engine;
    },
    verb: calm,
    live,
    comeToRest,
    close: async () => {
      await engine?.[Symbol.asyncDispose]();
    },
  };
}

function isCalm({ source, target, store, meanwhile, killAfter }: Faults): boolean {
  return (
    [source, target, meanwhile].every(({ length }) => length === 0) && store === 0 && !killAfter
  );
}

/** A name that the target will not give to two: how that ends is a person's business. */
function waitsForPerson(escrow: Due['escrow']): boolean {
  return escrow?.code === 'conflict' || escrow?.code === 'account-taken';
}

function weatherOf(kinds: Faults['source'], share: number): Weather {
  return { share, kinds: Object.fromEntries(kinds.map((kind) => [kind, 1])) };
}

/** Said to a person who named somebody unknown, say; nothing went wrong. */
function isRefusal(error: unknown): boolean {
  return error instanceof VerbRefusal && error.code !== 'busy';
}
