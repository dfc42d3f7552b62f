import { describe, expect, it } from 'vitest';
import type { Attributes } from '../identity/record.ts';
import { compileMapping, type MappingOptions } from './compile.ts';
import type { CompiledRow, Desired, Mapping, MappingRow } from './mapping.ts';

const context = { now: new Date('2025-07-30T10:00:00Z') };

function row(path: string, expression: string, more: Partial<MappingRow> = {}): MappingRow {
  return { path, expression, when: 'always', onNull: 'clear', ...more };
}

function mapping(rows: readonly MappingRow[], options: MappingOptions = {}): Mapping {
  const result = compileMapping(rows, options);
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join('; '));
  return result.value;
}

function only(given: MappingRow, options: MappingOptions = {}): CompiledRow {
  const [first] = mapping([given], options).rows;
  if (!first) throw new Error('no row');
  return first;
}

function asked(
  given: MappingRow,
  attributes: Attributes,
  purpose: 'create' | 'update',
): Desired['type'] | unknown {
  const desired = only(given).desired(attributes, context, purpose);
  return desired.type === 'value' ? desired.value : desired.type;
}

describe('a row without a value', () => {
  const absent: Attributes = {};

  it('clears, leaves, or falls back to its default, as onNull says', () => {
    const title = (more: Partial<MappingRow>) => row('title', '[jobTitle]', more);
    expect(asked(title({}), absent, 'update')).toBe('clear');
    expect(asked(title({ onNull: 'leave' }), absent, 'update')).toBe('leave');
    expect(asked(title({ onNull: 'default', default: 'None' }), absent, 'update')).toBe('None');
  });

  it('uses its default on creation only, unless onNull says default', () => {
    const department = row('department', '[department]', { default: 'Unassigned' });
    expect(asked(department, absent, 'create')).toBe('Unassigned');
    expect(asked(department, absent, 'update')).toBe('clear');
    expect(asked({ ...department, onNull: 'leave' }, absent, 'update')).toBe('leave');
  });

  it('has nothing to clear in an account that does not exist yet', () => {
    expect(asked(row('title', '[jobTitle]'), absent, 'create')).toBe('leave');
  });

  it('treats empty texts and empty lists alike', () => {
    expect(asked(row('title', '[jobTitle]'), { jobTitle: '' }, 'update')).toBe('clear');
    expect(asked(row('tags', 'Split([tags], ",")'), { tags: ' , ' }, 'update')).toBe('clear');
  });
});

describe('a row with a value', () => {
  it('of when: create is left alone afterwards', () => {
    const language = row('preferredLanguage', '"en"', { when: 'create' });
    expect(asked(language, {}, 'create')).toBe('en');
    expect(asked(language, {}, 'update')).toBe('leave');
  });

  it('ignores the flow when its expression says so, the default included', () => {
    const nick = row('nickName', 'IgnoreFlowIfNullOrEmpty([nick])', { default: 'x' });
    expect(asked(nick, {}, 'update')).toBe('leave');
    expect(asked(nick, {}, 'create')).toBe('leave');
  });

  it('is written in the type of its target attribute', () => {
    const targetTypes = { active: 'boolean', seats: 'integer', startDate: 'dateTime' } as const;
    const typed = mapping(
      [
        row('active', 'Switch([IsSoftDeleted], , "False", "True", "True", "False")'),
        row('seats', 'Left("42x", 2)'),
        row('startDate', 'CDate("2025-01-15")'),
      ],
      { targetTypes },
    );
    const values = typed.rows.map((each) =>
      each.desired({}, { ...context, target: { IsSoftDeleted: false } }, 'create'),
    );
    expect(values.map((desired) => desired.type === 'value' && desired.value)).toEqual([
      true,
      42,
      '2025-01-15T00:00:00.000Z',
    ]);
  });

  it('keeps references, numbers and lists as they are', () => {
    const manager = { $ref: { system: 'entra', kind: 'user', id: '7' } };
    expect(asked(row('manager', '[manager]'), { manager }, 'update')).toEqual(manager);
    expect(asked(row('level', '[level]'), { level: 3 }, 'update')).toBe(3);
    expect(asked(row('tags', '[tags]'), { tags: ['a', 'b'] }, 'update')).toEqual(['a', 'b']);
  });
});

describe('a row that fails', () => {
  it('says what failed and at which part of the expression', () => {
    const start = row('startDate', 'Coalesce([none], CDate([hired]))');
    expect(only(start).desired({ hired: 'soon' }, context, 'update')).toEqual({
      type: 'failed',
      path: 'startDate',
      code: 'expression-date',
      message: 'CDate: "soon" is not a date of the expected form (at [hired])',
    });
  });

  it('does not show what is to be redacted', () => {
    const secret = only(row('x', 'Redact(CDate([birthday]))'));
    expect(secret.redacted).toBe(true);
    expect(secret.desired({ birthday: '13.13.1980' }, context, 'update')).toMatchObject({
      message: 'an evaluation error of class date; its values are redacted',
    });
  });

  it('of the wrong type is told apart from no value', () => {
    const active = only(row('active', '[state]'), { targetTypes: { active: 'boolean' } });
    expect(active.desired({ state: 'maybe' }, context, 'update')).toMatchObject({
      type: 'failed',
      code: 'expression-type',
      message: '"maybe" is neither true nor false',
    });
  });
});

describe('IgnoreObjectFlow', () => {
  const filter = row('objectFilter', 'IIF([country] = "FR", "True", IgnoreObjectFlow)');

  it('leaves the identity out, and its row writes nothing', () => {
    const filtered = mapping([row('userName', '[mail]'), filter]);
    expect(filtered.rows.map((each) => each.row.path)).toEqual(['userName']);
    expect(filtered.inputs).toEqual(['mail', 'country']);
    expect(filtered.omits?.({ country: 'FR' }, context)).toBe(false);
    expect(filtered.omits?.({ country: 'US' }, context)).toBe(true);
  });

  it('is not asked about where no expression has it', () => {
    expect(mapping([row('userName', '[mail]')]).omits).toBe(undefined);
  });
});

describe('what is refused', () => {
  function codes(rows: readonly MappingRow[]): readonly string[] {
    const result = compileMapping(rows, { targetTypes: { active: 'boolean' } });
    return (result.ok ? [] : result.problems).map(({ code, message }) => `${code} ${message}`);
  }

  it('is two rows to one target attribute, in whatever case', () => {
    const core = 'urn:ietf:params:scim:schemas:core:2.0:User:userName';
    expect(codes([row('userName', '[a]'), row('username', '[b]'), row(core, '[c]')])).toEqual([
      'duplicate-mapping username: two mappings to one attribute, the other is userName',
      `duplicate-mapping ${core}: two mappings to one attribute, the other is username`,
    ]);
  });

  it('is every mistake of every row at once', () => {
    expect(
      codes([
        row('a', 'Lower([x])'),
        row('b', 'Guid()'),
        row('c', '[x]', { onNull: 'default' }),
        row('active', '[x]', { default: 'perhaps' }),
      ]).map((text) => text.split(' ', 2).join(' ')),
    ).toEqual([
      'expression-unknown-function a:',
      'unrepeatable-mapping b:',
      'default-missing c:',
      'expression-type active:',
    ]);
  });
});

it('offers the candidates of a unique value', () => {
  const user = only(
    row('userName', 'SelectUniqueValue([a], Append([a], "2"))', { when: 'create' }),
  );
  const taken = new Set(['jo', 'jo2']);
  expect([...(user.candidates?.({ a: 'jo' }, context) ?? [])]).toEqual(['jo', 'jo2']);
  expect(
    user.desired({ a: 'jo' }, { ...context, taken: (value) => taken.has(value) }, 'create'),
  ).toMatchObject({ type: 'failed', code: 'expression-not-unique' });
});
