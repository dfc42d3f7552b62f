import { describe, expect, it } from 'vitest';
import { ConnectorError } from '../../connectors/spi/index.ts';
import { PlanFileError } from '../../plan/file.ts';
import { VerbRefusal } from '../../sync/refusal.ts';
import type { RunRequest, Verbs } from '../../sync/verbs.ts';
import { INBOUND_OPERATIONS } from '../inbound/description.ts';
import type { Endpoint } from './endpoint.ts';
import { isAllowed, POLICY, ROLES } from './policy.ts';
import { ENDPOINTS } from './routes/index.ts';
import { problemDocument } from './schemas/problem.ts';
import { task } from './schemas/task.ts';
import { expectToFit, type TestApi, testApi } from './testing.ts';
import { each } from './testing-each.ts';
import { REPORT } from './testing-run.ts';

const NAMES: Readonly<Record<string, string>> = {
  run: 'run-1',
  plan: 'ramp',
  person: 'ada@contoso.com',
  system: 'ramp',
  group: 'sales',
  review: 'r1',
  decision: 'decision-1',
  token: 't1',
  client: 'contoso.0a1b2c3d4e5f0a1b2c3d4e5f',
  tenant: 'fabrikam',
};

const BODIES: Readonly<Record<string, string>> = {
  planWith: '{"configuration":"systems: {}"}',
  decideReview: '{"type":"new-person"}',
  erasePerson: '{"reason":"asked for by letter"}',
  allowRecord: '{"system":"hr","id":"4711"}',
  mergePeople: '{"other":"bob@contoso.com"}',
  createToken: '{"scope":{"role":"viewer"}}',
  createClient: '{"name":"Okta","scope":{"system":"inbox","rights":"read"}}',
  createTenant: '{"name":"fabrikam"}',
};

function request({ path, name, body }: Endpoint): readonly [string, Parameters<TestApi['ask']>[3]] {
  const filled = path.replace(/\{(\w+)\}/g, (_, parameter) => NAMES[parameter] ?? 'none');
  const query = name === 'findPeople' ? '?q=ada' : '';
  const options =
    body === 'lines'
      ? { body: '{}\n', headers: { 'content-type': 'application/jsonl' } }
      : body && { body: BODIES[name] ?? '{}' };
  return [`/api${filled}${query}`, options];
}

describe('every operation', () => {
  it.each(ENDPOINTS.map((endpoint) => [endpoint.name, endpoint] as const))(
    '%s answers those of its role and nobody else',
    async (name, endpoint) => {
      const [path, options] = request(endpoint);
      for (const role of ROLES) {
        const { ask } = testApi();
        const { status } = await ask(role, endpoint.method.toUpperCase(), path, options);
        // A task that nobody started is not there, for whom it would be shown.
        const allowed = path.includes('/none') ? [404] : [200, 202];
        expect(isAllowed(role, name) ? allowed : [403]).toContain(status);
      }
      const response = await testApi().ask('nobody', endpoint.method.toUpperCase(), path, options);
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe('Bearer realm="lockstep"');
    },
  );

  it.each(ENDPOINTS.map((endpoint) => [endpoint.name, endpoint] as const))(
    '%s answers what its schema says',
    async (_, endpoint) => {
      const { ask } = testApi();
      const [path, options] = request(endpoint);
      const response = await ask('administrator', endpoint.method.toUpperCase(), path, options);
      const text = await response.text();
      if (response.status === 404) return expectToFit(problemDocument, text);
      const { answers } = endpoint;
      switch (answers.type) {
        case 'json':
          return expectToFit(answers.schema, text);
        case 'lines':
        case 'file':
          for (const line of text.trimEnd().split('\n')) expectToFit(answers.schema, line);
          return;
        case 'task':
          return expectToFit(task, text);
        case 'events':
      }
    },
  );

  it('has its place in the policy, and the policy has nothing else', () => {
    const names = [...ENDPOINTS.map(({ name }) => name), ...INBOUND_OPERATIONS, 'getDescription'];
    expect(names.toSorted()).toEqual(Object.keys(POLICY).toSorted());
  });

  it('names the role it needs to whoever has less', async () => {
    const response = await testApi().ask('viewer', 'POST', '/api/plans/ramp/release');
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(response.headers.get('www-authenticate')).toContain('scope="administrator"');
    expect(await response.json()).toEqual({
      type: 'urn:lockstep:problem:role-too-low',
      title: 'Not allowed',
      status: 403,
      detail: 'this needs the role administrator; the token has viewer',
      code: 'role-too-low',
      remedy: 'use a token of the role administrator: lockstep token create --role administrator',
    });
  });

  it('is kept by nobody and taken for nothing else', async () => {
    const { ask } = testApi();
    for (const path of ['/api/status', '/api/nothing', '/api/openapi.json', '/api/log']) {
      const { headers } = await ask('viewer', 'GET', path);
      expect([headers.get('cache-control'), headers.get('x-content-type-options')]).toEqual([
        'no-store',
        'nosniff',
      ]);
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
  });
});

describe('whoever has no token', () => {
  it.each(['', 'Bearer', 'Bearer  ', 'Basic YTpi', 'Bearer nobody.viewer', 'Bearer '])(
    'learns nothing with %j',
    async (authorization) => {
      const { fetch } = testApi();
      for (const path of ['/api/status', '/api/nothing', '/api', '/api/runs/run-1']) {
        const response = await fetch(
          new Request(`http://localhost${path}`, { headers: { authorization } }),
        );
        expect(response.status).toBe(401);
      }
    },
  );

  it('may read the description', async () => {
    expect((await testApi().ask('nobody', 'GET', '/api/openapi.json')).status).toBe(200);
  });
});

describe('what is not there', () => {
  it.each([
    ['GET', '/api/runs/nope', 'not-found'],
    ['GET', '/api/tasks/nope', 'not-found'],
    ['GET', '/api/plans/nope', 'no-such-plan'],
    ['GET', '/api/plans/nope/operations', 'no-such-plan'],
    ['POST', '/api/plans/nope/release', 'no-such-plan'],
    ['POST', '/api/people/bob/provision', 'unknown-person'],
    ['GET', '/api/log?target=nope', 'unknown-system'],
    ['GET', '/api/log/unsent?target=nope', 'unknown-system'],
    ['GET', '/api/nothing', 'not-found'],
  ])('%s %s is 404', async (method, path, code) => {
    const response = await testApi().ask('administrator', method, path);
    expect([response.status, await response.json()]).toEqual([
      404,
      expect.objectContaining({ code, remedy: expect.any(String) }),
    ]);
  });

  it('is another tenant’s task, too', async () => {
    const { ask, fetch } = testApi({ run: () => new Promise(() => {}) });
    const started = await ask('operator', 'POST', '/api/runs', { body: '{}' });
    const { id } = (await started.json()) as { readonly id: string };
    const asked = (tenant: string, path: string) =>
      fetch(
        new Request(`http://localhost/api${path}`, {
          headers: { authorization: `Bearer ${tenant}.administrator` },
        }),
      );
    for (const path of [`/tasks/${id}`, `/tasks/${id}/events`, `/runs/${id}`]) {
      const { status } = await asked('fabrikam', path);
      expect(status).toBe(404);
    }
    expect(await (await asked('fabrikam', '/tasks')).json()).toEqual({ items: [] });
    expect((await asked('contoso', `/tasks/${id}`)).status).toBe(200);
  });

  it('says what is possible where the method is not', async () => {
    const response = await testApi().ask('viewer', 'PUT', '/api/runs');
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, POST']);
  });
});

describe('a request that is not as described', () => {
  it('is told everything that is wrong with it', async () => {
    const response = await testApi().ask('viewer', 'GET', '/api/log?limit=0&since=today&ful=1');
    expect(response.status).toBe(400);
    const { errors } = (await response.json()) as { readonly errors: readonly { at: string }[] };
    expect(errors.map(({ at }) => at)).toEqual(['query.limit', 'query.since', 'query']);
  });

  it.each([
    [{ body: '{"systems":"ramp"}' }, 400],
    [{ body: '{"systems":[]}' }, 400],
    [{ body: '{"trigger":"command"}' }, 400],
    [{ body: '{' }, 400],
    [{ body: 'null' }, 400],
    [{ body: '{}', headers: { 'content-type': 'text/plain' } }, 415],
    [{ body: `{"systems":["${'x'.repeat(70_000)}"]}` }, 413],
    [{ body: '{"systems":["nope"]}' }, 404],
    [{}, 202],
  ])('is refused before anything is started: %j', async (options, status) => {
    const { ask } = testApi({ run: () => new Promise(() => {}) });
    expect((await ask('operator', 'POST', '/api/runs', options)).status).toBe(status);
    const tasks = (await (await ask('viewer', 'GET', '/api/tasks')).json()) as {
      readonly items: readonly unknown[];
    };
    expect(tasks.items).toHaveLength(status === 202 ? 1 : 0);
  });

  it('is one whose plan file has a line without end', async () => {
    const { ask } = testApi({
      apply: async (lines) => {
        for await (const _ of lines);
        return REPORT;
      },
    });
    const response = await ask('administrator', 'POST', '/api/plans/apply', {
      body: 'x'.repeat(5_000_000),
      headers: { 'content-type': 'application/jsonl' },
    });
    expect(response.status).toBe(413);
  });
});

describe('what an engine refuses', () => {
  it.each([
    [new VerbRefusal('plan-superseded', 'it gave way', 'look at the newer one'), 409],
    [new VerbRefusal('busy', 'another run is under way', 'wait'), 409],
    [new PlanFileError('plan-file-changed', 'line 2 was edited'), 409],
    [new PlanFileError('plan-file-broken', 'line 1 is no header'), 400],
    [new ConnectorError('denied', 'ramp refused'), 502],
    [new ConnectorError('unreachable', 'ramp is not there'), 503],
  ])('is answered with its code: %s', async (error, status) => {
    const { ask, bugs } = testApi({ explain: () => Promise.reject(error) });
    const response = await ask('viewer', 'GET', '/api/people/ada/explanation');
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code: error.code, detail: error.message });
    expect(bugs).toEqual([]);
  });

  it('is told apart from a mistake of ours, of which nothing is told', async () => {
    const broken = new TypeError('x of undefined, secret=hunter2');
    const { ask, bugs } = testApi({ status: () => Promise.reject(broken) });
    const response = await ask('viewer', 'GET', '/api/status');
    expect([response.status, await response.text()]).toEqual([
      500,
      expect.not.stringContaining('hunter2'),
    ]);
    expect(bugs).toEqual([broken]);
  });
});

describe('a run', () => {
  it('is answered at once with where to look for it, and found there', async () => {
    let asked: RunRequest | undefined;
    const { ask, settled } = testApi({
      run: async (request, { progress }) => {
        asked = request;
        progress({ type: 'planning', target: 'ramp', considered: 5, due: 10 });
        return { ...REPORT, run: request.run ?? '' };
      },
    });
    const body = JSON.stringify({ systems: ['ramp'], full: true });
    const response = await ask('operator', 'POST', '/api/runs', { body });
    const { id } = (await response.json()) as { readonly id: string };
    expect(response.headers.get('location')).toBe(`/api/runs/${id}`);
    expect(asked).toEqual({ systems: ['ramp'], full: true, trigger: 'api', run: id });
    await settled();
    const ended = await ask('viewer', 'GET', `/api/tasks/${id}`);
    expect(await ended.json()).toMatchObject({
      verb: 'run',
      state: 'ended',
      result: { run: id, verdict: 'held' },
      progress: [{ type: 'planning', considered: 5 }],
    });
    expect(await (await ask('viewer', 'GET', `/api/runs/${id}`)).json()).toMatchObject({ id });
  });

  it.each([
    ['operator', 'api'],
    ['administrator', 'command'],
  ] as const)('typed by an %s counts as %s', async (role, trigger) => {
    let asked: RunRequest | undefined;
    const run: Verbs['run'] = async (request) => {
      asked = request;
      return REPORT;
    };
    await testApi({ run }).ask(role, 'POST', '/api/runs', { body: '{"typed":true}' });
    expect(asked?.trigger).toBe(trigger);
  });

  it('is waited for as long as the client prefers', async () => {
    const { ask } = testApi();
    const headers = { prefer: 'wait=5' };
    const response = await ask('operator', 'POST', '/api/runs', { headers });
    expect([response.status, await response.json()]).toEqual([
      200,
      expect.objectContaining({ state: 'ended' }),
    ]);
  });

  it('tells how far it is in events, and in the end how it ended', async () => {
    const going = Promise.withResolvers<void>();
    const { ask } = testApi({
      run: async (_, { progress }) => {
        progress({ type: 'planning', target: 'ramp', considered: 5, due: 10 });
        await going.promise;
        progress({ type: 'planning', target: 'ramp', considered: 10, due: 10 });
        return REPORT;
      },
    });
    const started = await ask('operator', 'POST', '/api/runs');
    const { id } = (await started.json()) as { readonly id: string };
    const response = await ask('viewer', 'GET', `/api/tasks/${id}/events`);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    going.resolve();
    const events = (await response.text()).trimEnd().split('\n\n');
    expect(events.slice(0, 2)).toEqual([
      'id: 1\nevent: progress\ndata: {"type":"planning","target":"ramp","considered":5,"due":10}',
      'id: 2\nevent: progress\ndata: {"type":"planning","target":"ramp","considered":10,"due":10}',
    ]);
    expect(events[2]).toMatch(/^id: 3\nevent: end\ndata: \{.*"state":"ended"/);

    const later = await ask('viewer', 'GET', `/api/tasks/${id}/events`, {
      headers: { 'last-event-id': '2' },
    });
    expect(await later.text()).toBe(`${events[2]}\n\n`);
  });

  it('can be ended', async () => {
    const { ask, settled, bugs } = testApi({
      run: (_, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('stopped')));
        }),
    });
    const started = await ask('operator', 'POST', '/api/runs');
    const { id } = (await started.json()) as { readonly id: string };
    expect((await ask('operator', 'DELETE', `/api/tasks/${id}`)).status).toBe(200);
    await settled();
    const ended = await ask('viewer', 'GET', `/api/tasks/${id}`);
    expect(await ended.json()).toMatchObject({ state: 'failed', problem: { code: 'interrupted' } });
    expect(bugs).toEqual([]);
  });

  it('is refused when too many are running already', async () => {
    const { ask } = testApi({ run: () => new Promise(() => {}) });
    for (const _ of [1, 2, 3]) await ask('operator', 'POST', '/api/runs');
    const response = await ask('operator', 'POST', '/api/runs');
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '5']);
  });
});

describe('a stream', () => {
  it('is made while it is read, and ended when nobody reads on', async () => {
    let made = 0;
    let ended = false;
    async function* endless() {
      try {
        for (;;) {
          made++;
          yield { target: 'ramp', identity: 'i', label: 'x'.repeat(100), code: 'c', message: '' };
        }
      } finally {
        ended = true;
      }
    }
    const { ask } = testApi({ unsent: endless as never });
    const response = await ask('viewer', 'GET', '/api/log/unsent');
    const reader = response.body?.getReader();
    for (const _ of [1, 2, 3]) await reader?.read();
    expect(made).toBeLessThan(2_000);
    await reader?.cancel();
    expect(ended).toBe(true);
  });

  it('breaks off when it fails in the middle, so that nobody takes it for whole', async () => {
    async function* failing() {
      yield 'a line';
      throw new Error('the store went away');
    }
    const response = await testApi({ planFile: failing }).ask(
      'operator',
      'GET',
      '/api/plans/k7/file',
    );
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
  });

  it('hands the lines of a plan file to the engine as they were written', async () => {
    const read: string[] = [];
    const apply: Verbs['apply'] = async (lines) => {
      for await (const line of lines) read.push(line);
      return REPORT;
    };
    const lines = ['{"a":"å"}', '{"b":2}', ''];
    await testApi({ apply }).ask('administrator', 'POST', '/api/plans/apply', {
      body: lines.join('\n'),
      headers: { 'content-type': 'application/x-ndjson' },
    });
    expect(read).toEqual(['{"a":"å"}', '{"b":2}']);
  });

  it('is empty where there is nothing', async () => {
    const response = await testApi({ log: () => each([]) }).ask('viewer', 'GET', '/api/log');
    expect([response.status, await response.text()]).toEqual([200, '']);
  });
});
