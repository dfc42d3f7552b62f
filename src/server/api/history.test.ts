import { describe, expect, it } from 'vitest';
import type { HistoryRequest, ShowRequest } from '../../sync/history.ts';
import { VerbRefusal } from '../../sync/refusal.ts';
import { testApi } from './testing.ts';
import { testVerbs } from './testing-verbs.ts';

const SHOWN = '/api/people/ada/identity';
const HISTORY = '/api/people/ada/history';

describe('the past of a person', () => {
  it('is asked for as of a moment, and so many changes of it', async () => {
    const shown: ShowRequest[] = [];
    const told: HistoryRequest[] = [];
    const verbs = testVerbs();
    const { ask } = testApi({
      showIdentity: (request) => {
        shown.push(request);
        return verbs.showIdentity(request);
      },
      identityHistory: (request) => {
        told.push(request);
        return verbs.identityHistory(request);
      },
    });
    const asOf = '2026-02-01T00:00:00Z';
    expect((await ask('viewer', 'GET', `${SHOWN}?asOf=${asOf}`)).status).toBe(200);
    expect((await ask('viewer', 'GET', `${HISTORY}?limit=7`)).status).toBe(200);
    expect((await ask('viewer', 'GET', `${HISTORY}?limit=0`)).status).toBe(400);
    expect(shown).toEqual([{ person: 'ada', asOf: new Date(asOf) }]);
    expect(told).toEqual([{ person: 'ada', limit: 7 }]);
  });

  it.each([SHOWN, HISTORY])('hides what is private from viewers and auditors: %s', async (path) => {
    const { ask } = testApi();
    for (const role of ['viewer', 'auditor'] as const) {
      const text = await (await ask(role, 'GET', path)).text();
      expect(text).toContain('[Redact]');
      expect(text).not.toMatch(/1990-1[02]-1[02]/);
    }
    expect(await (await ask('operator', 'GET', path)).text()).toContain('1990-12-10');
  });

  it.each([
    ['past-not-kept', 409],
    ['nobody-then', 404],
    ['moment-to-come', 400],
  ] as const)('says when there is none: %s', async (code, status) => {
    const { ask } = testApi({
      showIdentity: async () => {
        throw new VerbRefusal(code, 'no', 'ask for another moment');
      },
    });
    const refused = await ask('viewer', 'GET', `${SHOWN}?asOf=2020-01-01T00:00:00Z`);
    expect(refused.status).toBe(status);
    expect(await refused.json()).toMatchObject({ code });
  });
});
