import { describe, expect, it } from 'vitest';
import type { ExplainRequest } from '../../sync/verbs.ts';
import { testApi, testVerbs } from './testing.ts';

const PATH = '/api/people/ada/explanation';

describe('an explanation', () => {
  it('is asked for another day, without a source, and for one value', async () => {
    const asked: ExplainRequest[] = [];
    const verbs = testVerbs();
    const { ask } = testApi({
      explain: (request, watch) => {
        asked.push(request);
        return verbs.explain(request, watch);
      },
    });
    const query = '?at=2027-01-31T00:00:00Z&without=hr&attribute=title&set=title=Boss';
    expect((await ask('operator', 'GET', `${PATH}${query}`)).status).toBe(200);
    expect(asked).toEqual([
      {
        person: 'ada',
        at: new Date('2027-01-31T00:00:00Z'),
        without: 'hr',
        attribute: 'title',
        set: { title: 'Boss' },
      },
    ]);
  });

  it.each(['?at=2027-01-31T00:00:00Z', '?without=hr', '?attribute=birthDate'])(
    'tells a viewer nothing of what is hidden by asking again and again: %s',
    async (query) => {
      const { ask } = testApi();
      // What is written to Ramp reads privatePhone.
      const refused = await ask('viewer', 'GET', `${PATH}${query}`);
      expect(refused.status).toBe(403);
      expect(await refused.json()).toMatchObject({ code: 'attribute-hidden' });
      expect((await ask('auditor', 'GET', `${PATH}${query}`)).status).toBe(403);
      expect((await ask('operator', 'GET', `${PATH}${query}`)).status).toBe(200);
    },
  );

  it('hides what is private in whatever it adds', async () => {
    const private_ = '+46 70 222 22 22';
    const verbs = testVerbs();
    const { ask } = testApi({
      explain: async (request, watch) => {
        const explained = await verbs.explain(request, watch);
        const offer = { path: 'privatePhone', system: 'hr', rank: 1, present: true, wins: true };
        return {
          ...explained,
          values: [
            { path: 'privatePhone', value: private_, offers: [{ ...offer, value: private_ }] },
          ],
          targets: explained.targets.map((target) => ({
            ...target,
            fact: { message: `not in ramp: privatePhone is "${private_}"` },
            waits: [{ type: 'escrow', message: `failed once: ${private_} is no number` }],
          })),
        };
      },
    });
    const text = await (await ask('viewer', 'GET', PATH)).text();
    expect(text).not.toContain(private_);
    expect(text).toContain('not in ramp: privatePhone is \\"[Redact]\\"');
  });
});
