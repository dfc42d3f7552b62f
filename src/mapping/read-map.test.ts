import { expect, it } from 'vitest';
import type { ReadFailure } from './mapping.ts';
import { compileReadMap, type ReadMapRow } from './read-map.ts';

const now = new Date('2025-07-30T10:00:00Z');

function readMap(rows: Readonly<Record<string, ReadMapRow>>) {
  const result = compileReadMap(rows);
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join('; '));
  return result.value;
}

it('keeps the types a system has', () => {
  const map = readMap({
    accountEnabled: { expression: '[active]' },
    level: { expression: '[level]' },
    tags: { expression: '[tags]' },
    surname: { expression: '[name.familyName]' },
    mail: { expression: '[emails[type eq "work"].value]' },
    employeeHireDate: { expression: 'FormatDateTime([start], , "dd.MM.yyyy", "yyyy-MM-dd")' },
  });
  expect(
    map.map(
      {
        active: false,
        level: 3,
        tags: ['a', 'b'],
        name: { familyName: 'Lovelace' },
        emails: [{ type: 'work', value: 'ada@contoso.com' }],
        start: '15.01.2025',
      },
      now,
    ),
  ).toEqual({
    accountEnabled: false,
    level: 3,
    tags: ['a', 'b'],
    surname: 'Lovelace',
    mail: 'ada@contoso.com',
    employeeHireDate: '2025-01-15',
  });
  expect(map.inputs).toEqual(['active', 'level', 'tags', 'name', 'emails', 'start']);
});

it('leaves out what the record does not have', () => {
  const map = readMap({ mail: { expression: '[mail]' }, city: { expression: '[city]' } });
  expect(map.map({ mail: '' }, now)).toEqual({});
});

it('turns a value into a reference to whoever has it, and keeps references', () => {
  const map = readMap({
    manager: { expression: '[managerId]', ref: 'employeeId' },
    owners: { expression: '[owners]', ref: 'mail' },
  });
  const owner = { $ref: { system: 'entra', kind: 'user', id: '7' } };
  expect(map.map({ managerId: '4711', owners: [owner, 'ada@contoso.com'] }, now)).toEqual({
    manager: { $ref: { kind: 'user', by: 'employeeId', value: '4711' } },
    owners: [owner, { $ref: { kind: 'user', by: 'mail', value: 'ada@contoso.com' } }],
  });
});

it('tells which attribute of a record failed, and reads the others', () => {
  const map = readMap({
    employeeHireDate: { expression: 'CDate([start])' },
    mail: { expression: '[mail]' },
  });
  const failures: ReadFailure[] = [];
  const read = map.map({ start: 'soon', mail: 'ada@contoso.com' }, now, (failure) =>
    failures.push(failure),
  );
  expect(read).toEqual({ mail: 'ada@contoso.com' });
  expect(failures).toEqual([
    {
      attribute: 'employeeHireDate',
      code: 'expression-date',
      message: 'CDate: "soon" is not a date of the expected form',
    },
  ]);
});

it('names the attribute whose expression is wrong', () => {
  expect(compileReadMap({ mail: { expression: '[mail' } })).toMatchObject({
    ok: false,
    problems: [{ message: 'mail: this attribute has no closing bracket' }],
  });
});

it('says that an expression failed, and not of which value where it is to be redacted', () => {
  const failures: ReadFailure[] = [];
  const map = readMap({
    born: { expression: 'Redact(CDate([birthday]))' },
    hired: { expression: 'CDate([start])' },
  });
  map.map({ birthday: '13.13.1980', start: 'soon' }, now, (failure) => failures.push(failure));
  expect(failures.map(({ attribute, message }) => `${attribute}: ${message}`)).toEqual([
    'born: an evaluation error of class date; its values are redacted',
    'hired: CDate: "soon" is not a date of the expected form',
  ]);
});

it('warns of what is to be redacted where nothing is: an identity shows what is read', () => {
  const compiled = compileReadMap({ born: { expression: 'Redact([birthday])' } });
  expect(compiled).toMatchObject({
    ok: true,
    warnings: [
      {
        code: 'redact-when-reading',
        message: 'born: Redact hides what is written to a target, and nothing of what is read',
      },
    ],
  });
});
