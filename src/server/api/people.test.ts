import { describe, expect, it } from 'vitest';
import type { ExplainRequest } from '../../sync/verbs.ts';
import type { Role } from './policy.ts';
import { testApi } from './testing.ts';
import { testVerbs } from './testing-verbs.ts';

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

  it.each([
    [
      'out-of-scope',
      [{ type: 'scope', clauses: [{ clause: 'sex eq "m"', seen: { sex: 'f' } }] }],
      'sex is "f" (hr), and the scope is: sex eq "m"',
    ],
    [
      'mapping-failed',
      [{ type: 'mapping', path: 'title', inputs: { salary: 90 }, result: 'failed' }],
      'title: 90 is no date',
    ],
  ])('says to a viewer in no words what %s rests on', async (code, steps, message) => {
    const verbs = testVerbs();
    const { ask } = testApi({
      explain: async (request, watch) => {
        const explained = await verbs.explain(request, watch);
        const targets = explained.targets.map((target) => ({
          ...target,
          steps,
          decision: { identity: 'i-ada', label: 'ada', generation: 1, code, message },
          fact: { message },
        }));
        return { ...explained, targets } as never;
      },
    });
    const seen = async (role: Role) => {
      const { targets } = JSON.parse(await (await ask(role, 'GET', PATH)).text());
      return [targets[0].decision.message, targets[0].fact.message];
    };
    expect(await seen('viewer')).toEqual(['[Redact]', '[Redact]']);
    expect(await seen('auditor')).toEqual(['[Redact]', '[Redact]']);
    expect(await seen('operator')).toEqual([message, message]);
  });

  it('says to a viewer in no words why a value could not be computed from what is hidden', async () => {
    const verbs = testVerbs();
    const message = 'DateFromNum: the number must be an integer, not "ninety th…"';
    const { ask } = testApi({
      explain: async (request, watch) => {
        const explained = await verbs.explain(request, watch);
        const computed = { expression: '…', inputs: { salary: 'ninety thousand' }, message };
        return { ...explained, values: [{ path: 'grade', computed, offers: [] }] } as never;
      },
    });
    const seen = async (role: Role) =>
      JSON.parse(await (await ask(role, 'GET', PATH)).text()).values[0].computed.message;
    expect(await seen('viewer')).toBe('[Redact]');
    expect(await seen('operator')).toBe(message);
  });

  it('says to a viewer whom nothing is hidden of why somebody is out', async () => {
    const verbs = testVerbs();
    const message = 'department is "R&D" (hr), and the scope is: department eq "Sales"';
    const { ask } = testApi({
      explain: async (request, watch) => {
        const explained = await verbs.explain(request, watch);
        const clause = { clause: 'department eq "Sales"', seen: { department: 'R&D' } };
        const targets = explained.targets.map((target) => ({
          ...target,
          steps: [{ type: 'scope', clauses: [clause] }],
          decision: { identity: 'i-ada', label: 'ada', code: 'out-of-scope', message },
          fact: { message },
        }));
        return { ...explained, targets } as never;
      },
    });
    const text = await (await ask('viewer', 'GET', PATH)).text();
    expect(JSON.parse(text).targets[0].fact).toEqual({ message });
  });
});
