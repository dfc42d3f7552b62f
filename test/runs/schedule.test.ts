import { expect, it } from 'vitest';
import { release } from '../../src/sync/release.ts';
import { runSync } from '../../src/sync/run.ts';
import { repeatRuns } from '../../src/sync/schedule.ts';
import { type Contoso, contoso } from './contoso.ts';

it('repeats runs, tells each trouble once, and goes on', async () => {
  const told: { event: string; system: string }[] = [];
  const lines: string[] = [];
  await using company = await contoso({ told: (alert) => void told.push(alert as never) });
  company.hire({ name: 'ada.lovelace' });
  const ending = new AbortController();
  let rounds = 0;
  const happenings: Readonly<Record<number, () => Promise<void> | void>> = {
    2: async () => {
      await release(company.engine, { type: 'system' }, company.watch);
      company.hire({ name: 'grace.hopper' });
      company.ramp.fault({ type: 'fail', status: 401, on: 'POST /Users' });
    },
    5: () => company.clock.advance(3600),
  };
  const engine: typeof company.engine = {
    ...company.engine,
    sleep: async (milliseconds) => {
      company.clock.advance(milliseconds / 1000);
      rounds++;
      await happenings[rounds]?.();
      if (rounds === 7) ending.abort();
    },
  };
  await repeatRuns(engine, {
    everySeconds: 60,
    watch: { signal: ending.signal, progress: () => {} },
    log: (line) => lines.push(line),
  });
  expect(told.map(({ event, system }) => `${event} ${system}`)).toEqual([
    'held ramp',
    'quarantined ramp',
    'failed ramp',
  ]);
  expect(JSON.stringify(told)).not.toContain(company.ramp.token);
  expect(Object.keys(await company.users()).toSorted()).toEqual(['ada.lovelace', 'grace.hopper']);
  expect(lines.at(-1)).toMatch(/^done in \d+ ms; ramp: 1 create$/);
});

it('goes on where what is old cannot be deleted, and tells it once', async () => {
  const told: { event: string; system: string; message: string }[] = [];
  const lines: string[] = [];
  await using company = await contoso({ told: (alert) => void told.push(alert as never) });
  const ending = new AbortController();
  const failing = async (): Promise<never> => {
    throw new Error('the disk is full');
  };
  let rounds = 0;
  const engine: typeof company.engine = {
    ...company.engine,
    auditPolicy: { keepSeconds: 86_400 },
    audit: { ...company.engine.audit, lastBefore: failing },
    ledger: { ...company.engine.ledger, forgetRuns: failing },
    sleep: async (milliseconds) => {
      company.clock.advance(milliseconds / 1000);
      rounds++;
      if (rounds === 3) ending.abort();
    },
  };
  await repeatRuns(engine, {
    everySeconds: 60,
    watch: { signal: ending.signal, progress: () => {} },
    log: (line) => lines.push(line),
  });
  expect(rounds).toBe(3);
  expect(told.map(({ event, system, message }) => `${event} ${system}: ${message}`)).toEqual([
    'failed lockstep: what is old was not deleted; see the log of lockstep',
    'failed lockstep: old entries of the audit trail were not deleted; see the log of lockstep',
  ]);
  expect(lines[0]).toContain('the disk is full');
});

it('says that what is old was not deleted, and the run is as good as it was', async () => {
  await using company = await contoso();
  company.hire({ name: 'ada.lovelace' });
  const { engine, watch, events } = company;
  const forgetRuns = async (): Promise<never> => {
    throw new Error('the disk is full');
  };
  const report = await runSync(
    { ...engine, ledger: { ...engine.ledger, forgetRuns } },
    { trigger: 'command' },
    watch,
  );
  expect(report.verdict).toBe('done');
  expect(events).toContainEqual({
    type: 'remark',
    message: 'what is old was not deleted: the disk is full',
  });
});

it('leaves a breath between runs that take longer than their schedule, for who waits', async () => {
  await using company = await contoso();
  const ending = new AbortController();
  const pauses: number[] = [];
  const engine: typeof company.engine = {
    ...company.engine,
    // Every look at the clock finds a minute gone.
    now: () => {
      company.clock.advance(60);
      return company.clock.now();
    },
    sleep: async (milliseconds) => {
      pauses.push(milliseconds);
      ending.abort();
    },
  };
  await repeatRuns(engine, {
    everySeconds: 1,
    watch: { signal: ending.signal, progress: () => {} },
    log: () => {},
  });
  expect(pauses).toEqual([2000]);
});

it('tells that a source has been silent for a quarter of an hour, once', {
  timeout: 30_000,
}, async () => {
  const told: { event: string; system: string }[] = [];
  await using company = await contoso({ told: (alert) => void told.push(alert as never) });
  company.hire({ name: 'ada.lovelace' });
  const ending = new AbortController();
  let rounds = 0;
  const effect = { type: 'answer', status: 503 } as const;
  const engine: typeof company.engine = {
    ...company.engine,
    sleep: async (milliseconds) => {
      company.clock.advance(milliseconds / 1000);
      if (milliseconds < 30_000) return;
      rounds++;
      if (rounds === 1) company.graph.control.fault({ path: '/users/delta', times: 0, effect });
      if (rounds === 25) ending.abort();
    },
  };
  await repeatRuns(engine, {
    everySeconds: 60,
    watch: { signal: ending.signal, progress: () => {} },
    log: () => {},
  });
  const aboutEntra = told.filter(({ system }) => system === 'entra').map(({ event }) => event);
  expect(aboutEntra).toEqual(['failed', 'silent']);
});

it('tells what others changed in a target, from as many on as were asked for', async () => {
  const told: { event: string; message: string }[] = [];
  await using company = await contoso({
    told: (alert) => void told.push(alert as never),
    write: `        firstRun: go
        drift: { alert: 2 }
        reconcile: { every: 1h }`,
  });
  for (const name of ['ada.lovelace', 'grace.hopper']) company.hire({ name });
  await company.run();
  const ending = new AbortController();
  const edits: Readonly<Record<number, string>> = { 1: 'ada.lovelace', 3: 'grace.hopper' };
  let rounds = 0;
  const engine: typeof company.engine = {
    ...company.engine,
    sleep: async () => {
      company.clock.advance(3600);
      const name = edits[++rounds];
      if (name !== undefined) {
        await company.ramp.edit(`${name}@contoso.com`, { 'name.givenName': 'Somebody' });
        company.clock.advance(600);
      }
      if (rounds === 7) ending.abort();
    },
  };
  await repeatRuns(engine, {
    everySeconds: 60,
    watch: { signal: ending.signal, progress: () => {} },
    log: () => {},
  });
  expect(told.map(({ event, message }) => `${event}: ${message}`)).toEqual([
    'drift: 2 user differences that others made: 2 changed name.givenName',
  ]);
});

it('reads a system as rarely as it is wanted to be', async () => {
  await using company = await contoso({
    systems: `
  badges:
    connector: file
    options: { path: badges.csv, id: badge }
    read: { user: { join: [mail], creates: false, map: { mail: "[address]" } } }`,
    files: { 'badges.csv': 'badge,address\nB1,ada.lovelace@contoso.com\n' },
  });
  const ending = new AbortController();
  const read: string[] = [];
  let rounds = 0;
  const engine: typeof company.engine = {
    ...company.engine,
    sleep: async (milliseconds) => {
      company.clock.advance(milliseconds / 1000);
      if (++rounds === 6) ending.abort();
    },
  };
  await repeatRuns(engine, {
    everySeconds: 60,
    systems: { badges: 180 },
    watch: {
      signal: ending.signal,
      progress: (event) => {
        if (event.type === 'read' && event.reading.kind === 'user') read.push(event.reading.system);
      },
    },
    log: () => {},
  });
  expect(read.filter((system) => system === 'entra')).toHaveLength(6);
  expect(read.filter((system) => system === 'badges')).toHaveLength(2);
});

const BADGES = `
  badges:
    connector: file
    options: { path: badges.csv, id: badge }
    read: { user: { join: [mail], creates: false, map: { mail: "[address]" } } }`;

const BADGE = 'badge,address\nB1,ada.lovelace@contoso.com\n';

/** Rounds of a minute, until so many have passed; what happens after each of them. */
async function rounds(
  company: Contoso,
  many: number,
  systems: Readonly<Record<string, number>>,
  happens: (round: number) => Promise<void> | void,
): Promise<readonly string[]> {
  const ending = new AbortController();
  const read: string[] = [];
  let round = 0;
  const engine: typeof company.engine = {
    ...company.engine,
    sleep: async (milliseconds) => {
      company.clock.advance(milliseconds / 1000);
      // Whoever waits for a lane asks every second.
      if (milliseconds <= 1000) return;
      await happens(++round);
      if (round === many) ending.abort();
    },
  };
  await repeatRuns(engine, {
    everySeconds: 60,
    systems,
    watch: {
      signal: ending.signal,
      progress: (event) => {
        if (event.type !== 'read' || event.reading.failure !== undefined) return;
        if (event.reading.kind === 'user') read.push(`${event.reading.system} ${round + 1}`);
      },
    },
    log: () => {},
  });
  return read;
}

it('gives a system that could not be read, or was at work elsewhere, its turn in the next round', async () => {
  await using company = await contoso({ systems: BADGES });
  const { ledger } = company.engine;
  const lane = 'read/badges';
  const elsewhere = { host: 'elsewhere', pid: 1, processStart: '1' };
  const until = new Date(company.clock.now().getTime() + 86_400_000);
  const token = (await ledger.takeLease(lane, 0, elsewhere, until)) ?? 0;
  const read = await rounds(company, 5, { badges: 7200 }, async (round) => {
    if (round === 1) await ledger.dropLease(lane, token);
    if (round === 2) await company.writeFile('badges.csv', BADGE);
  });
  expect(read.filter((each) => each.startsWith('badges'))).toEqual(['badges 3']);
});

it('tells no trouble again of a system that takes part more rarely', async () => {
  const told: { event: string; system: string }[] = [];
  await using company = await contoso({ told: (alert) => void told.push(alert as never) });
  company.hire({ name: 'ada.lovelace' });
  await rounds(company, 8, { ramp: 180 }, () => {});
  expect(told.map(({ event, system }) => `${event} ${system}`)).toEqual(['held ramp']);
});
