/** A tenant for tests: verbs that answer as told, and requests that are checked like every client's. */

import { expect } from 'vitest';
import type { z } from 'zod';
import type { Verbs } from '../../sync/verbs.ts';
import { apiService } from './api.ts';
import type { TryOut } from './endpoint.ts';
import type { Role } from './policy.ts';
import { type Hidden, hiddenAttributes } from './shown.ts';
import { openTasks } from './tasks.ts';
import { ACCESS, TENANTS } from './testing-access.ts';
import { AT, WITH } from './testing-run.ts';
import { testVerbs } from './testing-verbs.ts';

/** `privatePhone` goes to Ramp under another name. */
const HIDDEN: Hidden = hiddenAttributes([
  {
    mapping: {
      rows: [
        {
          row: { path: 'urn:ramp:User:phone', expression: '[privatePhone]' },
          inputs: ['privatePhone'],
        },
        {
          row: { path: 'nickName', expression: 'Redact([nick])' },
          inputs: ['nick'],
          redacted: true,
        },
      ],
    },
  },
] as never);

/** Whatever begins like a configuration would do the same. */
const tryOut: TryOut = async (text) =>
  text === undefined || text.startsWith('systems:')
    ? { ok: true, value: async () => WITH }
    : {
        ok: false,
        problems: [
          {
            code: 'unknown-key',
            severity: 'error',
            message: 'there is no key "sistems"',
            place: { line: 1, column: 1 },
          },
        ],
      };

export interface TestApi {
  /** A request as somebody of a role; of `nobody` without a token. */
  ask(
    role: Role | 'nobody',
    method: string,
    path: string,
    options?: { readonly body?: string; readonly headers?: Record<string, string> },
  ): Promise<Response>;
  readonly fetch: (request: Request) => Promise<Response>;
  readonly bugs: unknown[];
  settled(): Promise<void>;
}

export function testApi(verbs: Partial<Verbs> = {}): TestApi {
  const bugs: unknown[] = [];
  const tasks = openTasks({
    signal: new AbortController().signal,
    now: () => AT,
    onBug: (error) => bugs.push(error),
    most: 3,
  });
  const app = apiService({
    authenticate: async (token) => {
      const [tenant, role] = token.split('.') as [string, Role];
      const known = tenant === 'contoso' || tenant === 'fabrikam';
      return known ? { tenant, role, token: `of-${role}` } : undefined;
    },
    open: async () => ({
      ...{ verbs: testVerbs(verbs), tryOut, hidden: HIDDEN },
      access: async (tenant = 'contoso') => (tenant === 'fabrikam' ? undefined : ACCESS),
      tenants: TENANTS,
    }),
    tasks,
    onBug: (error) => bugs.push(error),
  });
  const fetch = async (request: Request) => app.fetch(request);
  return {
    bugs,
    fetch,
    settled: () => tasks.settled(),
    ask: async (role, method, path, { body, headers = {} } = {}) =>
      fetch(
        new Request(`http://localhost${path}`, {
          method,
          headers: {
            ...(role !== 'nobody' && { authorization: `Bearer contoso.${role}` }),
            ...(body !== undefined && { 'content-type': 'application/json' }),
            ...headers,
          },
          ...(body !== undefined && { body }),
        }),
      ),
  };
}

/** Says all that its schema says, and nothing else. */
export function expectToFit(schema: z.ZodType, text: string): void {
  const json: unknown = JSON.parse(text);
  const decoded = schema.safeDecode(json as never);
  expect(decoded.error).toBeUndefined();
  expect(JSON.parse(JSON.stringify(decoded.data))).toEqual(json);
}
