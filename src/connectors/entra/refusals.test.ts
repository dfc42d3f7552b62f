import { describe, expect, it } from 'vitest';
import { createGraph } from '../../emulators/graph/graph.ts';
import { type Attributes, isReference } from '../../identity/record.ts';
import { ada, connectedTo, created, failure, person, user } from './testing.ts';

const { signal } = new AbortController();

describe('what Graph refuses', () => {
  it.each<[string, Attributes, object]>([
    ['a name that is taken', person('grace'), { kind: 'conflict', code: 'conflict' }],
    [
      'a domain of somebody else',
      { ...ada, userPrincipalName: 'ada@fabrikam.com' },
      { kind: 'invalid', code: 'refused-by-target' },
    ],
    [
      'an attribute it has not',
      { ...ada, shoeSize: 38 },
      { kind: 'invalid', code: 'unknown-property' },
    ],
    [
      'what the directory keeps itself',
      { ...ada, securityIdentifier: 'S-1' },
      { kind: 'invalid', code: 'attribute-immutable' },
    ],
  ])('is told by its kind: %s', async (_, attributes, expected) => {
    const tenant = await connectedTo(createGraph());
    await created(tenant, person('grace'));
    expect(await failure(tenant.connector.create?.('user', attributes, { signal }))).toMatchObject(
      expected,
    );
  });

  it('of an account that is mastered elsewhere names that', async () => {
    const tenant = await connectedTo(createGraph());
    const { id } = tenant.graph.control.act({
      act: 'create',
      type: 'user',
      properties: {
        accountEnabled: true,
        displayName: 'Ada',
        mailNickname: 'ada',
        userPrincipalName: 'ada@contoso.com',
        onPremisesSyncEnabled: true,
      },
    });
    const change = { path: 'city', after: 'Paris' };
    const error = await failure(tenant.connector.update?.(user(id), [change], { signal }));
    expect(error).toMatchObject({ kind: 'invalid', code: 'synced-from-on-premises' });
  });

  it('for want of a permission is a denial, and nothing was done', async () => {
    const tenant = await connectedTo(createGraph(), {}, ['User.Read.All']);
    const error = await failure(tenant.connector.create?.('user', ada, { signal }));
    expect(error).toMatchObject({ kind: 'denied', code: 'permission-missing' });
    expect(tenant.graph.control.truth('ada@contoso.com')).toBeUndefined();
  });

  it('for now carries the wait that was asked for, out of the batch', async () => {
    const tenant = await connectedTo(createGraph());
    tenant.graph.control.fault({
      method: 'POST',
      path: '/users$',
      effect: { type: 'answer', status: 429, headers: { 'Retry-After': '7' } },
    });
    const error = await failure(tenant.connector.create?.('user', ada, { signal }));
    expect(error).toMatchObject({ kind: 'throttled', retryAfterSeconds: 7 });
    expect(tenant.graph.control.truth('ada@contoso.com')).toBeUndefined();
  });
});

describe('a lost answer', () => {
  it('to a create is an unknown outcome, and the account is found', async () => {
    const tenant = await connectedTo(createGraph());
    tenant.graph.control.fault({ path: 'batch$', effect: { type: 'answer-lost' } });
    const error = await failure(tenant.connector.create?.('user', ada, { signal }));
    expect(error).toMatchObject({ kind: 'unknown-outcome', code: 'answer-lost' });
    const found = await tenant.connector.find?.('user', 'userPrincipalName', 'ada@contoso.com', {
      signal,
    });
    expect(found?.attributes.department).toBe('R&D');
  });

  it('that never came to anything can be sent again', async () => {
    const tenant = await connectedTo(createGraph());
    tenant.graph.control.fault({
      method: 'POST',
      path: '/users$',
      effect: { type: 'answer', status: 503 },
    });
    const error = await failure(tenant.connector.create?.('user', ada, { signal }));
    expect(error).toMatchObject({ kind: 'unreachable', code: 'service-unavailable' });
    expect(await created(tenant, ada)).not.toBe('');
  });

  it('to a second delete is nobody there', async () => {
    const tenant = await connectedTo(createGraph());
    const id = await created(tenant, ada);
    await tenant.connector.delete?.(user(id), { signal });
    expect(await failure(tenant.connector.delete?.(user(id), { signal }))).toMatchObject({
      kind: 'missing',
    });
  });
});

describe('while replicas lag', () => {
  it('what was asked counts, and a manager nobody knows yet leaves the account to be completed', async () => {
    const tenant = await connectedTo(createGraph());
    const { connector, graph } = tenant;
    const grace = await created(tenant, person('grace'));
    graph.control.profile({ replicas: 1, replicaDelay: [60_000, 60_000] });
    graph.control.hold(0);
    const record = await connector.create?.('user', person('alan'), { signal });
    expect(record?.attributes).toMatchObject({ displayName: 'alan', department: 'R&D' });
    const reported = { ...ada, manager: { $ref: user(grace) } };
    const error = await failure(connector.create?.('user', reported, { signal }));
    expect(error).toMatchObject({ kind: 'unknown-outcome', code: 'create-incomplete' });
    expect(graph.control.truth('ada@contoso.com')?.life).toBe('live');
    graph.control.release(0);
    graph.control.settle();
    const manager = record === undefined ? undefined : { $ref: record.ref };
    const there = await connector.find?.('user', 'userPrincipalName', 'ada@contoso.com', {
      signal,
    });
    const updated = await connector.update?.(
      there?.ref ?? user(''),
      [{ path: 'manager', ...(manager && { after: manager }) }],
      { signal },
    );
    expect(isReference(updated?.attributes.manager)).toBe(true);
  });

  it('a manager who is not known yet is no fault of the person', async () => {
    const tenant = await connectedTo(createGraph());
    const id = await created(tenant, ada);
    const change = {
      path: 'manager',
      after: { $ref: user('11111111-2222-4333-8444-555555555555') },
    };
    const error = await failure(tenant.connector.update?.(user(id), [change], { signal }));
    expect(error).toMatchObject({ kind: 'conflict', code: 'reference-not-visible' });
  });
});
