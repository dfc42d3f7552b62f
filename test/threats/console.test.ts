import { describe, expect, it } from 'vitest';
import { testApi } from '../../src/server/api/testing.ts';
import { testVerbs } from '../../src/server/api/testing-verbs.ts';
import { VerbRefusal } from '../../src/sync/refusal.ts';

const SCRIPT = `<script>fetch('/api/runs',{method:'POST'})</script>`;

describe('T22: a display name with a script', () => {
  it.each([
    ['/api/people?q=ada', 'application/json'],
    ['/api/people/ada/explanation', 'application/json'],
    ['/api/log', 'application/jsonl; charset=utf-8'],
    [`/api/people/${encodeURIComponent(SCRIPT)}/explanation`, 'application/problem+json'],
  ])('is data to a browser, never a page: %s', async (path, type) => {
    const verbs = testVerbs();
    const { ask } = testApi({
      people: async () =>
        (await verbs.people('ada')).map((person) => ({
          ...person,
          attributes: { ...person.attributes, displayName: SCRIPT },
        })),
      explain: async (request, watch) => {
        if (request.person.includes('<')) {
          throw new VerbRefusal('unknown-person', `nobody is called "${request.person}"`, 'ask');
        }
        return { ...(await verbs.explain(request, watch)), label: SCRIPT };
      },
    });
    const { headers } = await ask('operator', 'GET', path);
    expect(headers.get('content-type')).toBe(type);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  });
});

describe('T22: a page that asks in somebody’s name', () => {
  it('has no cookie to ask with, and may read no answer', async () => {
    const { fetch, ask } = testApi();
    const forged = new Request('http://localhost/api/runs', {
      method: 'POST',
      headers: { origin: 'https://evil.contoso.com', cookie: 'session=administrator' },
    });
    expect((await fetch(forged)).status).toBe(401);
    const { headers } = await ask('administrator', 'GET', '/api/status', {
      headers: { origin: 'https://evil.contoso.com' },
    });
    expect(headers.get('set-cookie')).toBeNull();
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    const preflight = await fetch(
      new Request('http://localhost/api/runs', {
        method: 'OPTIONS',
        headers: { origin: 'https://evil.contoso.com', 'access-control-request-method': 'POST' },
      }),
    );
    expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
  });
});
