import { expect, it } from 'vitest';
import type { Operation } from './plan.ts';
import { signOf, sourcesText, valueText, whatMoves } from './text.ts';

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

it.each<[Operation, readonly string[]]>([
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
    ['~', 'title: "Analyst" → "Lead analyst"', 'hr'],
  ],
  [
    { ...common, action: 'create', reason: 'entered-scope', attributes: {}, match: {} },
    ['+', 'entered scope', ''],
  ],
  [
    { ...common, action: 'disable', reason: 'left-scope', target, precondition, changes: [] },
    ['-', 'left scope; the account will be disabled', ''],
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
    ['^', 'department: "Sales" → nothing, came back', ''],
  ],
])('a plan reads as a list of what moves and why', (operation, line) => {
  expect([signOf(operation.action), whatMoves(operation), sourcesText(operation)]).toEqual(line);
});

it('a reference is read as whom it leads to, also one who is still to come', () => {
  expect(valueText({ $ref: { system: 'ramp', kind: 'user', id: '17' } })).toBe('user 17');
  expect(valueText({ $ref: { kind: 'user', by: 'employeeId', value: '1001' } })).toBe(
    'the user whose employeeId is 1001',
  );
  expect(valueText({ $new: 'identity-3' })).toBe('an account that is about to be created');
});
