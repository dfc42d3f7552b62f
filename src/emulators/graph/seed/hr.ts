/** The HR system's view of the same people, as a CSV file that is joined by `employeeId`. */

import type { Contoso } from './contoso.ts';
import { DEPARTMENTS } from './names.ts';
import type { Person } from './people.ts';

const COLUMNS = [
  'employeeId',
  'firstName',
  'lastName',
  'costCenter',
  'startDate',
  'employmentType',
];

export function hrFile({ people }: Pick<Contoso, 'people'>): string {
  const rows = people
    .filter(({ properties }) => typeof properties.employeeId === 'string')
    .map((person) => rowOf(person));
  return [COLUMNS.join(','), ...rows, ''].join('\r\n');
}

function rowOf({ employeeId, properties }: Pick<Person, 'employeeId' | 'properties'>): string {
  const costCenter = DEPARTMENTS.find(({ name }) => name === properties.department)?.costCenter;
  return [
    employeeId,
    properties.givenName,
    properties.surname,
    costCenter ?? 'CC-9000',
    startDate(Number(employeeId.slice(1))),
    properties.employeeType,
  ]
    .map((value) => quoted(String(value ?? '')))
    .join(',');
}

/** A working day of the last ten years, the same for the same number. */
function startDate(number: number): string {
  const start = new Date(Date.UTC(2016, 0, 4 + ((number * 37) % 3_600)));
  if (start.getUTCDay() === 0 || start.getUTCDay() === 6) start.setUTCDate(start.getUTCDate() + 2);
  return start.toISOString().slice(0, 10);
}

function quoted(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
