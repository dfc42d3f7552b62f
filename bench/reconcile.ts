/**
 * Reconciling in one process: our own time for each account, without a network in between. Once with
 * accounts that are as we wrote them, once with as many that are nobody's and match somebody.
 *
 * Alone: `node scripts/with-node.mjs bench/reconcile.ts 20000`.
 */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connectorTypes, openEngine } from '../src/compose.ts';
import { loadConfiguration } from '../src/config/load.ts';
import type { Engine } from '../src/sync/engine.ts';
import { reconcile } from '../src/sync/reconcile.ts';

/** What is allowed: two minutes for 250,000. */
const ALLOWED_PER_ACCOUNT = 120_000 / 250_000;
const PAGE = 1000;
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

export interface Reconciled {
  readonly accounts: number;
  /** Our own time as a share of what is allowed; 1 and less is in time. */
  readonly asWritten: number;
  readonly nobodys: number;
  readonly peakMegabytes: number;
}

const DOCUMENT = `
store: ./data
systems:
  inbox: { connector: directory, read: { user: {} } }
  app:
    connector: scim
    options: { url: "https://app.contoso.com/scim/v2", token: bench, pageSize: 500 }
    write:
      user:
        match: [userName]
        map:
          userName: "[userPrincipalName]"
          displayName: "[displayName]"
          name.givenName: "[givenName]"
          name.familyName: "[surname]"
          title: "[jobTitle]"
          'emails[type eq "work"].value': "[mail]"
          'addresses[type eq "work"].locality': "[city]"
          "${ENTERPRISE}:department": "[department]"
`;

export async function reconciling(accounts: number): Promise<Reconciled> {
  const asWritten = await measured(accounts, true);
  const nobodys = await measured(accounts, false);
  const peakMegabytes = Math.round(process.resourceUsage().maxRSS / 1024);
  return { accounts, asWritten, nobodys, peakMegabytes };
}

async function measured(accounts: number, written: boolean): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), 'lockstep-bench-'));
  try {
    const file = path.join(folder, 'lockstep.yaml');
    await writeFile(file, DOCUMENT);
    const loaded = await loadConfiguration(file, {
      env: {},
      connectors: connectorTypes(),
      profiles: path.resolve(import.meta.dirname, '../profiles'),
    });
    if (!loaded.ok) throw new Error(loaded.problems.map(({ message }) => message).join('\n'));
    await using engine = await openEngine(loaded.value, { fetch: application(accounts) });
    await hired(accounts, engine);
    if (written) await givenAccounts(engine);
    const watch = { signal: new AbortController().signal, progress: () => {} };
    const later = { ...engine, now: () => new Date(engine.now().getTime() + 60_000) };
    const report = await reconcile(later, { system: 'app', trigger: 'command' }, watch);
    const [compared] = report.compared;
    if (compared?.accounts !== accounts) throw new Error(JSON.stringify(report));
    return compared.ownMilliseconds / accounts / ALLOWED_PER_ACCOUNT;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Lists its accounts, which are made when they are asked for. */
function application(accounts: number): typeof fetch {
  return async (input, init) => {
    const url = new URL(new Request(input, init).url);
    if (!url.pathname.endsWith('/Users')) return new Response('{}', { status: 404 });
    const start = Number(url.searchParams.get('startIndex') ?? 1);
    const count = Math.min(Number(url.searchParams.get('count') ?? 100), accounts - start + 1);
    const Resources = Array.from({ length: Math.max(0, count) }, (_, n) => account(start - 1 + n));
    return Response.json({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
      totalResults: accounts,
      startIndex: start,
      itemsPerPage: Resources.length,
      Resources,
    });
  };
}

function account(n: number): object {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ENTERPRISE],
    id: `a${n}`,
    userName: `person${n}@contoso.com`,
    displayName: `Person ${n}`,
    name: { givenName: 'Person', familyName: `Number ${n}` },
    title: 'Analyst',
    active: true,
    emails: [{ type: 'work', value: `person${n}@contoso.com`, primary: true }],
    addresses: [{ type: 'work', locality: 'Zurich' }],
    [ENTERPRISE]: { department: `Department ${n % 40}` },
    meta: { resourceType: 'User', lastModified: '2026-03-02T08:00:00Z' },
  };
}

function person(n: number): Readonly<Record<string, string>> {
  const name = `person${n}@contoso.com`;
  return { userName: name, displayName: `Person ${n}`, title: 'Analyst' };
}

async function hired(people: number, { warehouse }: Engine): Promise<void> {
  const reading = await warehouse.beginReading('inbox', 'user', 'full');
  for (let from = 0; from < people; from += PAGE) {
    const those = Array.from({ length: Math.min(PAGE, people - from) }, (_, n) => from + n);
    await warehouse.absorb(reading, {
      changes: those.map((n) => ({
        type: 'present',
        record: { ref: { system: 'inbox', kind: 'user', id: `p${n}` }, attributes: person(n) },
      })),
    });
  }
  await warehouse.endReading(reading, true);
}

/** As if each had been written a while ago. */
async function givenAccounts({ warehouse, now }: Engine): Promise<void> {
  for (;;) {
    const people = await warehouse.due('app', now(), PAGE);
    if (people.length === 0) return;
    await warehouse.settle(
      'app',
      people.map((subject) => {
        const name = String(subject.identity.attributes.userPrincipalName);
        const n = Number(/\d+/.exec(name)?.[0]);
        const ref = { system: 'app', kind: 'user', id: `a${n}` };
        const {
          schemas: _,
          id: __,
          meta: ___,
          ...attributes
        } = account(n) as Record<string, never>;
        const asked = {
          userName: name,
          displayName: `Person ${n}`,
          'name.givenName': 'Person',
          'name.familyName': `Number ${n}`,
          title: 'Analyst',
          'emails[type eq "work"].value': name,
          'addresses[type eq "work"].locality': 'Zurich',
          [`${ENTERPRISE}:department`]: `Department ${n % 40}`,
        };
        const record = { ref, attributes };
        return { subject, settlement: { type: 'written' as const, record, asked } };
      }),
    );
  }
}

if (process.argv[1] === import.meta.filename) {
  console.log(await reconciling(Number(process.argv[2] ?? 20_000)));
}
