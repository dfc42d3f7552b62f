import { describe, expect, it } from 'vitest';
import type { Omission } from '../plan/plan.ts';
import { decidingFact, type Facts } from './explain-why.ts';

const MISSING: Omission = {
  identity: 'i-ada',
  label: 'ada@contoso.com',
  generation: 1,
  code: 'missing-required',
  message: 'Department is absent',
  refused: true,
};

const record = (system: string, attributes: object) => ({
  ref: { system, kind: 'user', id: '1' },
  attributes,
});

const offer = (system: string, attributes: object, present = true) => ({
  ...record(system, attributes),
  present,
  authority: true,
  ranks: {},
});

/** Ramp requires a department, which hr could supply; Entra ID has one, and nothing becomes of it. */
function facts(change: Partial<Facts> = {}): Facts {
  return {
    subject: {
      identity: { attributes: {}, origins: {} },
      records: [record('hr', {}), record('entra', { Department: 'R&D' })],
    },
    policy: {
      system: 'ramp',
      suppliers: { department: ['hr'] },
      mapping: {
        rows: [{ row: { path: 'department', expression: '[department]' }, inputs: ['department'] }],
      },
    },
    steps: [{ type: 'required', missing: ['department'] }],
    offers: [offer('hr', {}), offer('entra', {})],
    without: undefined,
    ...change,
  } as unknown as Facts;
}

describe('a required value that is absent', () => {
  it.each([
    [{}, "hr supplies none, entra's value is not mapped"],
    [{ offers: [] }, "hr has no record of this person, entra's value is not mapped"],
    [{ offers: [offer('hr', {}, false)] }, "the record of hr is gone, entra's value is not mapped"],
    [{ without: 'hr' }, "hr is left out here, entra's value is not mapped"],
    [{ without: 'entra' }, 'hr supplies none'],
  ])('names who could have supplied it: %j', (change, why) => {
    expect(decidingFact(MISSING, facts(change as Partial<Facts>))).toBe(
      `not in ramp: department is absent; ${why}`,
    );
  });
});

it('says nothing more where something would be done', () => {
  expect(decidingFact({ action: 'create' } as never, facts())).toBeUndefined();
});
