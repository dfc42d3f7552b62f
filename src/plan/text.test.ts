import { expect, it } from 'vitest';
import type { Operation } from './plan.ts';
import { holdText, operationText } from './text.ts';

const common = {
  id: 'o',
  identity: 'i',
  label: 'ada.lovelace',
  system: 'ramp',
  kind: 'user',
  cause: 'changed',
  generation: 1,
  after: [],
  origins: {},
} as const;
const target = { system: 'ramp', kind: 'user', id: 'r-1' };
const precondition = { held: {}, touched: [] };

it.each<[Operation, string]>([
  [
    {
      ...common,
      action: 'update',
      reason: 'source-changed',
      origins: { title: 'hr' },
      target,
      precondition,
      changes: [{ path: 'title', before: 'Analyst', after: 'Lead analyst' }],
    },
    '~ user ada.lovelace               title: "Analyst" → "Lead analyst"     hr',
  ],
  [
    { ...common, action: 'create', reason: 'entered-scope', attributes: {}, match: {} },
    '+ user ada.lovelace               entered scope',
  ],
  [
    { ...common, action: 'disable', reason: 'left-scope', target, precondition, changes: [] },
    '- user ada.lovelace               left scope; account will be disabled',
  ],
  [
    {
      ...common,
      action: 'enable',
      reason: 'returned',
      target,
      precondition,
      changes: [
        {
          path: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department',
          before: 'Sales',
        },
      ],
    },
    '^ user ada.lovelace               department: "Sales" → nothing     came back',
  ],
])('a plan reads as a list of what moves and why', (operation, line) => {
  expect(operationText(operation)).toBe(line);
});

it('a held plan says why, and what lets it go', () => {
  expect(
    holdText({
      id: 'p',
      target: 'corp-ad',
      createdAt: new Date(0),
      configVersion: 'v',
      state: 'held',
      counts: {},
      considered: 800,
      managed: 800,
      holds: [{ guard: 'disables', message: '212 of 800 accounts would be disabled' }],
    }),
  ).toEqual([
    'Held: 212 of 800 accounts would be disabled.',
    'Release with: lockstep release corp-ad',
  ]);
});
