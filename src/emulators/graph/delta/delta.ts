/** Delta queries over the wire: tokens, rounds that are open, and the bodies of their pages. */

import { DAY, HOUR } from '../clock.ts';
import { isObject } from '../contract.ts';
import { type Link, versionAt } from '../directory.ts';
import { badRequest, GraphFailure, unsupportedQuery } from '../failure.ts';
import type { OpaqueTokens } from '../opaque.ts';
import type { QueryOptions } from '../query/options.ts';
import { type Body, contextOf, odataType, type Selection, selectionOf } from '../query/shape.ts';
import { liveAt, type Tenant } from '../tenant.ts';
import {
  type DeltaQuery,
  enteredLife,
  type Interval,
  type Item,
  linkStateAt,
  roundPages,
  shownLinks,
  trackedLinks,
} from './round.ts';

const TOKEN_LIFE = 7 * DAY;
const OPEN_ROUNDS = 1_000;

interface Round {
  readonly query: DeltaQuery;
  readonly selection: Selection;
  readonly interval: Interval;
  readonly replica: number;
  readonly openedAt: number;
  readonly pages: readonly (readonly Item[])[];
  /** The number of the delta link at the end. */
  readonly next: number;
}

export interface DeltaService {
  /**
   * @param path Of the collection, such as `users`.
   * @param minimal True when the caller prefers changed properties only.
   */
  page(path: string, type: DeltaQuery['type'], options: QueryOptions, minimal: boolean): Body;
}

export function deltaService(tenant: Tenant, base: string, tokens: OpaqueTokens): DeltaService {
  const rounds = new Map<string, Round>();
  const chance = tenant.chance.stream('delta');

  const link = (path: string, name: '$skiptoken' | '$deltatoken', content: unknown): string =>
    `${base}/v1.0/${path}/delta?${name}=${tokens.seal(content)}`;

  const deltaLink = (path: string, query: DeltaQuery, number: number): string =>
    link(path, '$deltatoken', {
      query,
      number,
      at: tenant.clock.now(),
      generation: tenant.deltaGeneration,
    });

  const open = (query: DeltaQuery, after: number | undefined): string => {
    const replica = tenant.replicas.draw();
    const reached = tenant.replicas.reached(replica);
    // A replica that lags behind what the reader has seen has nothing new to tell.
    const upTo = after === undefined ? reached : Math.max(after, reached);
    const interval: Interval = { ...(after !== undefined && { after }), upTo };
    const { settings, switches } = tenant;
    const cut = after !== undefined && chance.happens(settings.deltaCutShort);
    const id = chance.guid();
    rounds.set(id, {
      query,
      selection: selectionOf(query.type, query.select, switches['query.unknownProperty']),
      interval,
      replica,
      openedAt: tenant.clock.now(),
      pages: roundPages(tenant.directory, query, interval, settings, switches, chance),
      next: cut ? after + chance.below(upTo - after + 1) : upTo,
    });
    const [oldest] = rounds.keys();
    if (rounds.size > OPEN_ROUNDS && oldest !== undefined) rounds.delete(oldest);
    return id;
  };

  const show = (path: string, id: string, number: number): Body => {
    const round = rounds.get(id);
    if (round === undefined || tenant.clock.now() - round.openedAt > HOUR)
      throw new GraphFailure(
        400,
        'Directory_ExpiredPageToken',
        'The specified page token value has expired and can no longer be included in your request.',
      );
    const items = round.pages[number] ?? [];
    const more = number + 1 < round.pages.length;
    return {
      '@odata.context': contextOf(base, path, round.selection),
      ...(more
        ? { '@odata.nextLink': link(path, '$skiptoken', { round: id, page: number + 1, path }) }
        : { '@odata.deltaLink': deltaLink(path, round.query, round.next) }),
      value: items.map((item) => itemBody(tenant, round, item)),
    };
  };

  return {
    page: (path, type, options, minimal) => {
      refuseOtherOptions(tenant, options);
      if (options.skiptoken !== undefined) {
        const { round, page } = skipToken(tokens.open(options.skiptoken), path);
        return show(path, round, page);
      }
      const given = options.deltatoken;
      if (given !== undefined && given !== '' && given !== 'latest') {
        const token = deltaToken(tokens.open(given), type);
        refuseExpired(tenant, base, path, token, chance.happens(tenant.settings.deltaResets));
        const query: DeltaQuery = minimal ? { ...token.query, minimal: true } : token.query;
        return show(path, open(query, token.number), 0);
      }
      const query = firstQuery(type, options, minimal);
      const selection = selectionOf(type, query.select, tenant.switches['query.unknownProperty']);
      if (given !== 'latest') return show(path, open(query, undefined), 0);
      return {
        '@odata.context': contextOf(base, path, selection),
        '@odata.deltaLink': deltaLink(path, query, tenant.replicas.reached(tenant.replicas.draw())),
        value: [],
      };
    },
  };
}

function refuseOtherOptions(tenant: Tenant, options: QueryOptions): void {
  const { top, orderby, expand, search } = options;
  if (options.skiptoken !== undefined || (options.deltatoken ?? 'latest') !== 'latest') {
    const beside = options.select ?? options.filter ?? top ?? orderby ?? expand ?? search;
    if (tenant.switches['query.optionsBesideToken'] === 'refused' && beside !== undefined)
      throw badRequest('Query options cannot be combined with a page or delta token.');
    return;
  }
  if (top !== undefined || orderby !== undefined || expand !== undefined || search !== undefined)
    throw unsupportedQuery('This query option is not supported for delta queries.');
}

function firstQuery(
  type: DeltaQuery['type'],
  { select, filter }: QueryOptions,
  minimal: boolean,
): DeltaQuery {
  return {
    type,
    ...(select !== undefined && { select }),
    ...(filter !== undefined && { ids: idsOf(filter) }),
    ...(minimal && { minimal: true as const }),
  };
}

/** Only `id eq '…'` joined by `or`, at most fifty of them. */
function idsOf(filter: string): readonly string[] {
  const ids = filter
    .split(/\s+or\s+/i)
    .map((term) => /^\s*id\s+eq\s+'([^']+)'\s*$/i.exec(term)?.[1]);
  const known = ids.filter((id) => id !== undefined);
  if (known.length !== ids.length || known.length > 50)
    throw unsupportedQuery('The filter of a delta query may only name objects by id.');
  return known;
}

interface DeltaToken {
  readonly query: DeltaQuery;
  readonly number: number;
  readonly at: number;
  readonly generation: number;
}

const ALTERED = 'The token in the request is not valid for this resource.';

function deltaToken(content: unknown, type: string): DeltaToken {
  // Only we can have sealed it, so its inside is as we wrote it.
  if (!isObject(content) || !isObject(content.query) || content.query.type !== type)
    throw badRequest(ALTERED);
  return content as unknown as DeltaToken;
}

function skipToken(content: unknown, path: string): { round: string; page: number } {
  if (!isObject(content) || content.path !== path) throw badRequest(ALTERED);
  const { round, page } = content;
  if (typeof round !== 'string' || typeof page !== 'number') throw badRequest(ALTERED);
  return { round, page };
}

function refuseExpired(
  tenant: Tenant,
  base: string,
  path: string,
  token: DeltaToken,
  unannounced: boolean,
): void {
  const select = token.query.select === undefined ? '' : `$select=${token.query.select.join(',')}&`;
  const headers = { Location: `${base}/v1.0/${path}/delta?${select}$deltatoken=` };
  const resync = 'Resync required. Replace any local items with the server’s version.';
  if (unannounced || token.generation !== tenant.deltaGeneration)
    throw tenant.switches['delta.reset'] === '410-location'
      ? new GraphFailure(410, 'resyncRequired', resync, { headers })
      : new GraphFailure(410, 'resyncRequired', resync);
  if (tenant.clock.now() - token.at <= TOKEN_LIFE) return;
  const expired = 'Badly formed token.';
  const position = tenant.switches['delta.expired'];
  if (position === '410-location')
    throw new GraphFailure(410, 'syncStateNotFound', expired, { headers });
  throw new GraphFailure(position === '400-sync-state' ? 400 : 410, 'syncStateNotFound', expired);
}

function itemBody(tenant: Tenant, round: Round, item: Item): Body {
  const { interval, query } = round;
  // A first round shows live values, a later one those of its end.
  const number =
    interval.after === undefined
      ? Math.max(interval.upTo, tenant.replicas.reached(round.replica))
      : interval.upTo;
  const { entry } = item;
  const version = versionAt(entry, number) ?? entry.current;
  const id = entry.id;
  if (version.life === 'deleted') return { id, '@removed': { reason: 'changed' } };
  if (version.life === 'purged') return { id, '@removed': { reason: 'deleted' } };
  const after = interval.after ?? 0;
  const whole = item.whole || enteredLife(version, interval);
  const body: Body = {};
  for (const name of round.selection.properties) {
    const value = version.properties[name];
    if (value === undefined) continue;
    if (query.minimal && !whole && (version.changed[name] ?? 0) <= after) continue;
    body[name] = value;
  }
  body.id = id;
  for (const [name, kind] of trackedLinks(query)) {
    const links =
      item.links?.filter((link) => link.kind === kind) ??
      shownLinks(tenant.directory, entry, kind, interval, whole);
    const entries = links.flatMap((link) => linkBody(tenant, link, interval.upTo));
    if (entries.length > 0) body[`${name}@delta`] = entries;
  }
  return body;
}

function linkBody(tenant: Tenant, link: Link, upTo: number): readonly Body[] {
  const type = tenant.directory.entry(link.target)?.type;
  if (type === undefined) return [];
  const named: Body = { '@odata.type': odataType(type), id: link.target };
  const removed = { ...named, '@removed': { reason: 'deleted' } };
  if (linkStateAt(link, upTo)?.present !== true) return [removed];
  if (liveAt(tenant, link.target, upTo) !== undefined) return [named];
  return tenant.switches['delta.removedWithTarget'] === 'on' ? [removed] : [];
}
