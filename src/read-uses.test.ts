import { expect, it } from 'vitest';
import { connectorTypes } from './compose.ts';
import type { Configuration, SystemConfiguration } from './config/configuration.ts';
import { usesOf } from './read-uses.ts';
import { rulesOf } from './rules.ts';

const HR: SystemConfiguration = {
  name: 'hr',
  connector: 'file',
  options: {},
  read: {
    user: {
      creates: true,
      authority: true,
      join: [
        'employeeId',
        {
          similar: { surname: { as: 'surname' } },
          ...{ joins: 0.99, reviews: 0.9, never: ['birthDate'] },
        },
      ],
      map: {
        employeeId: { expression: '[number]' },
        surname: { expression: '[last]' },
        birthDate: { expression: '[born]' },
        manager: { expression: '[boss]', ref: 'employeeId' },
        costCenter: { expression: '[centre]' },
        department: { expression: '[dept]' },
      },
      precedence: {},
      authoritative: [],
      modified: '[changed]',
    },
  },
  write: {},
};

const CONFIGURATION: Configuration = {
  store: './data',
  systems: [HR],
  groups: [{ name: 'lab', title: 'Lab', members: 'department eq "Lab"', exceptions: [] }],
  identity: {
    user: {
      department: {
        merge: 'precedence',
        computed: { as: 'default', expression: '[hr/site]', reuseAfterSeconds: 0 },
      },
    },
  },
  alerts: [],
  keep: { logSeconds: 1, plansSeconds: 1, historySeconds: 1 },
  server: { port: 0, host: '127.0.0.1' },
  version: '1',
  directory: '.',
};

it('every attribute that is asked for has its uses, and what has none is not asked for', () => {
  const [hr] = usesOf(CONFIGURATION, rulesOf(CONFIGURATION, connectorTypes()));
  expect(
    hr?.asked.map(({ attribute, uses }) => [
      attribute,
      uses.map(({ type, of }) => (of === undefined ? type : `${type} ${of}`)),
    ]),
  ).toEqual([
    ['number', ['join hr', 'naming']],
    ['last', ['join hr']],
    ['born', ['join hr']],
    ['dept', ['group lab']],
    ['changed', ['age']],
    ['site', ['rule department']],
  ]);
  expect(hr?.unasked).toEqual(['manager', 'costCenter']);
});
