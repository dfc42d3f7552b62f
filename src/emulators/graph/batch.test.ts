import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { createGraph, type GraphEmulator } from './graph.ts';
import { newPerson, type Session, signIn, WRITE_PERMISSIONS } from './testing.ts';

let graph: GraphEmulator;
let client: Session;

beforeEach(async () => {
  graph = createGraph();
  client = await signIn(graph, WRITE_PERMISSIONS);
});

describe('a batch', () => {
  const answers = async (
    requests: readonly object[],
  ): Promise<Readonly<Record<string, number>>> => {
    const { body } = await client.post('$batch', { requests });
    const { responses } = body as { readonly responses: readonly { id: string; status: number }[] };
    return Object.fromEntries(responses.map(({ id, status }) => [id, status]));
  };
  const create = (id: string, name: string, dependsOn?: readonly string[]): object => ({
    id,
    method: 'POST',
    url: '/users',
    headers: { 'Content-Type': 'application/json' },
    body: newPerson(name),
    ...(dependsOn !== undefined && { dependsOn }),
  });

  it('answers each request by itself, and does not do what depends on a failure', async () => {
    const requests = [create('1', 'ada'), create('2', 'ada'), create('3', 'grace', ['2'])];
    expect(await answers(requests)).toEqual({ 1: 201, 2: 400, 3: 424 });
    expect(graph.control.truth('grace@contoso.com')).toBeUndefined();
  });

  it('has single requests that are throttled, and the others done', async () => {
    graph.control.fault({
      path: '/users$',
      nth: 2,
      effect: { type: 'answer', status: 429, headers: { 'Retry-After': '7' } },
    });
    expect(await answers([create('1', 'ada'), create('2', 'grace')])).toEqual({ 1: 201, 2: 429 });
  });

  it('is malformed with too many, with an id twice, or with one inside', async () => {
    const many = Array.from({ length: 21 }, (_, index) => create(`${index}`, `p${index}`));
    const inside = [{ id: '1', method: 'POST', url: '/$batch', body: {}, headers: {} }];
    for (const requests of [many, [create('1', 'a'), create('1', 'b')], inside, []])
      expect((await client.post('$batch', { requests })).status).toBe(400);
    expect(graph.control.truth('p0@contoso.com')).toBeUndefined();
  });
});

describe('a batch and the same requests one by one', () => {
  it('end in the same tenant, with the same answers', async () => {
    const names = fc.constantFrom('ada', 'grace', 'alan');
    const request = fc.oneof(
      names.map((name) => ({ method: 'POST', url: '/users', body: newPerson(name) })),
      fc.tuple(names, fc.constantFrom('Bern', 'Paris', 7)).map(([name, city]) => ({
        method: 'PATCH',
        url: `/users/${name}@contoso.com`,
        body: { city },
      })),
      names.map((name) => ({ method: 'DELETE', url: `/users/${name}@contoso.com` })),
      names.map((name) => ({ method: 'GET', url: `/users/${name}@contoso.com?$select=city` })),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 20 }), async (requests) => {
        const [together, apart] = [createGraph(), createGraph()];
        const envelope = requests.map((one, index) => ({
          id: String(index),
          ...one,
          ...('body' in one && { headers: { 'Content-Type': 'application/json' } }),
        }));
        const { body } = await (await signIn(together, WRITE_PERMISSIONS)).post('$batch', {
          requests: envelope,
        });
        const { responses } = body as {
          readonly responses: readonly { id: string; status: number }[];
        };
        const session = await signIn(apart, WRITE_PERMISSIONS);
        const alone: number[] = [];
        for (const one of requests)
          alone.push(
            (await session.send(one.method, one.url.slice(1), 'body' in one ? one.body : undefined))
              .status,
          );
        const answered = responses
          .toSorted((one, other) => Number(one.id) - Number(other.id))
          .map(({ status }) => status);
        expect(answered).toEqual(alone);
        for (const name of ['ada', 'grace', 'alan'])
          expect(together.control.truth(`${name}@contoso.com`)?.properties.city).toEqual(
            apart.control.truth(`${name}@contoso.com`)?.properties.city,
          );
      }),
      { numRuns: 30 },
    );
  });
});
