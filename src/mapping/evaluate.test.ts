import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Attributes } from '../identity/record.ts';
import { compileExpression, type Expression } from './evaluate.ts';
import { ExpressionError } from './failure.ts';
import { APP } from './functions/index.ts';
import type { EvaluationContext } from './mapping.ts';
import { canonical } from './value.ts';

const now = new Date('2025-07-30T10:00:00Z');

function compiled(text: string): Expression {
  const result = compileExpression(text);
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join('; '));
  return result.value;
}

function evaluated(
  text: string,
  attributes: Attributes = {},
  context: Partial<EvaluationContext> = {},
): unknown {
  return canonical(compiled(text).evaluate(attributes, { now, ...context }));
}

function failure(text: string, attributes: Attributes): string {
  try {
    return `no error, but ${JSON.stringify(evaluated(text, attributes))}`;
  } catch (error) {
    if (error instanceof ExpressionError) return `${error.class}: ${error.message}`;
    throw error;
  }
}

describe('an attribute', () => {
  const grace: Attributes = {
    name: { givenName: 'Grace', familyName: 'Hopper' },
    emails: [
      { type: 'home', value: 'grace@home.example' },
      { type: 'work', value: 'grace@contoso.com' },
    ],
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { department: 'Navy' },
    accountEnabled: true,
  };

  it('is found by its path in what a SCIM system holds', () => {
    expect(evaluated('Join(" ", [name.givenName], [name.familyName])', grace)).toBe('Grace Hopper');
    expect(evaluated('[emails[type eq "work"].value]', grace)).toBe('grace@contoso.com');
    expect(
      evaluated('[urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department]', grace),
    ).toBe('Navy');
  });

  it('is the raw value of one system when a system is named', () => {
    const record = (system: string): Attributes => (system === 'hr' ? { dept: '4711' } : {});
    expect(evaluated('Append("D", [hr/dept])', {}, { record })).toBe('D4711');
    expect(evaluated('[hr/dept]', {})).toBe(null);
  });

  it('of the target comes before that of the identity', () => {
    const target = { IsSoftDeleted: false };
    const active = 'Switch([IsSoftDeleted], , "False", "True", "True", "False")';
    expect(evaluated(active, { IsSoftDeleted: true }, { target })).toBe('True');
  });

  it('is True or False where a text is needed, and itself where it stands alone', () => {
    expect(evaluated('Append([accountEnabled], "!")', grace)).toBe('True!');
    expect(compiled('[accountEnabled]').evaluate(grace, { now })).toBe(true);
  });

  it('does not exist because every object inherits the name', () => {
    for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
      expect(evaluated(`[${name}]`)).toBe(null);
    }
  });

  it('makes the expression name what it reads', () => {
    expect(compiled('Join("", [name.givenName], [hr/dept], [mail], [mail])').inputs).toEqual([
      'name',
      'hr/dept',
      'mail',
    ]);
  });

  it('that nobody supplies is refused with the one that was probably meant', () => {
    const result = compileExpression('Join("",\n  [userPrincipalname])', {
      known: ['userPrincipalName', 'mail'],
    });
    expect(result).toEqual({
      ok: false,
      problems: [
        {
          code: 'expression-unknown-attribute',
          message: 'no system supplies "userPrincipalname"; did you mean "userPrincipalName"?',
          severity: 'error',
          remedy: 'names of attributes are case-sensitive',
          place: { line: 2, column: 3 },
        },
      ],
    });
    expect(compileExpression('[shoeSize]', { known: ['mail'] })).toMatchObject({
      ok: true,
      warnings: [{ code: 'expression-unknown-attribute', severity: 'warning' }],
    });
  });
});

describe('several values', () => {
  it('are mapped by functions over text', () => {
    expect(evaluated('ToLower([mail])', { mail: ['A@X', 'B@X'] })).toEqual(['a@x', 'b@x']);
    expect(evaluated('Append([a], "1")', { a: ['x', '', 'y'] })).toEqual(['x1', 'y1']);
  });

  it('are an error where one is needed', () => {
    expect(failure('Switch([a], "d", "k", "v")', { a: ['k', 'l'] })).toBe(
      'type: one value is needed here, there are 2',
    );
  });
});

describe('what is wrong with an expression', () => {
  it('is told all at once, each thing with its place', () => {
    const result = compileExpression('Joinn("-", ToLower([a], "tr-TR", "x"),\n lower([b]))');
    expect(
      result.ok
        ? []
        : result.problems.map(({ code, place, message }) => [
            code,
            place?.line,
            place?.column,
            message,
          ]),
    ).toEqual([
      ['expression-unknown-function', 1, 1, 'unknown function "Joinn"; did you mean "Join"?'],
      ['expression-arity', 1, 12, 'ToLower takes 1 to 2 arguments, here are 3'],
      ['expression-unknown-function', 2, 2, 'unknown function "lower"; did you mean "ToLower"?'],
    ]);
  });

  it('is found in constants before any person is seen', () => {
    const codes = (text: string) => {
      const result = compileExpression(text);
      return result.ok ? [] : result.problems.map(({ code }) => code);
    };
    expect(codes('DateAdd("q", 1, Now())')).toEqual(['expression-range']);
    expect(codes('Replace([a], , "(", , "", , )')).toEqual(['expression-regex']);
    expect(codes('Replace([a], , "(?<x>a)", "y", "", , )')).toEqual(['expression-regex']);
    expect(codes('Replace([a], "x")')).toEqual(['expression-arity']);
    expect(codes('FormatDateTime([a], , "d", "yyyy")')).toEqual(['expression-range']);
    expect(codes('ToLower([a], "not a culture!")')).toEqual(['expression-range']);
    expect(codes('InStr([a], "b", 1, vbLooseCompare)')).toEqual(['expression-parse']);
    expect(codes('Append([a], Counter())')).toEqual(['expression-nesting']);
  });
});

describe('the flow', () => {
  it('is ignored although another function stands around the word', () => {
    expect(evaluated('ToLower(IIF([a] = "1", "X", IgnoreAttributeFlow))')).toEqual({
      $flow: 'ignore',
    });
  });
});

describe('a unique value', () => {
  const rule = 'SelectUniqueValue([a], Append([a], "2"), Append([none], "3"))';

  it('offers its candidates, so that they can be looked up before one is chosen', () => {
    expect([...(compiled(rule).candidates?.({ a: 'jo' }, { now }) ?? [])]).toEqual(['jo', 'jo2']);
    expect(compiled('[a]').candidates).toBe(undefined);
  });

  it('counts until one is free', () => {
    const counting = 'SelectUniqueValue([a], Append([a], Counter()))';
    const taken = (value: string) => ['jo', 'jo1', 'jo2'].includes(value);
    expect(evaluated(counting, { a: 'jo' }, { taken })).toBe('jo3');
    const all = compiled(counting).candidates?.({ a: 'jo' }, { now }) ?? [];
    expect([...all].slice(0, 3)).toEqual(['jo', 'jo1', 'jo2']);
    expect([...all]).toEqual([]);
  });
});

describe('random values', () => {
  it('are drawn from what is handed in', () => {
    const draws = { random: () => 0.5 };
    expect(evaluated('Guid()', {}, draws)).toBe('80808080-8080-4080-8080-808080808080');
    expect(evaluated('RandomString(4, 4, 0, 0, 0)', {}, draws)).toBe('5555');
  });
});

describe('limits', () => {
  const long = 'a'.repeat(200_000);

  it('stop a text that doubles and doubles', () => {
    let text = '[a]';
    for (let depth = 0; depth < 40; depth++) text = `Replace(${text}, "a", , , "aa", , )`;
    expect(failure(text, { a: 'aaaa' })).toMatch(/^limit: /);
  });

  it('stop an attribute that is far too long, even alone', () => {
    expect(failure('[a]', { a: 'x'.repeat(10_000_000) })).toBe(
      'limit: a text of 10000000 characters; at most 1000000 are worked on',
    );
  });

  it('stop a pattern that would search a long text again and again', () => {
    expect(failure('Replace([a], , "a*?b|a", , "", , )', { a: long })).toMatch(/^limit: /);
  });

  it('leave ordinary long texts alone', () => {
    expect(
      evaluated('Replace([a], , "\\s+", , " ", , )', { a: `${'word  '.repeat(500)}end` }),
    ).toBe(`${'word '.repeat(500)}end`);
  });
});

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc
    .array(
      fc.oneof(
        fc.constantFrom(...APP.functions.keys()),
        fc.constantFrom('(', ')', ',', '"', '[a]', '[b]', '"1"', '"(a+)+$"', '-1', '&HFF', '='),
        fc.constantFrom('IgnoreObjectFlow', 'True', '[constructor]', '"yyyy"', '""', '[', '\\'),
      ),
      { maxLength: 25 },
    )
    .map((pieces) => pieces.join('')),
);

const wellFormed = fc
  .record({
    name: fc.constantFrom(...APP.functions.keys()),
    given: fc.array(
      fc.constantFrom(
        '[a]',
        '[b]',
        '[c]',
        '"x"',
        '"d"',
        '1',
        '-1',
        '"yyyy-MM-dd"',
        '',
        'Now()',
        '[a] = [b]',
      ),
      { maxLength: 8 },
    ),
  })
  .map(({ name, given }) => `${name}(${given.join(', ')})`);

const anything = fc.dictionary(
  fc.constantFrom('a', 'b', 'c'),
  fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.array(fc.string({ maxLength: 5 }), { minLength: 1, maxLength: 4 }),
    fc.constant({ value: 'v', displayName: 'V' }),
    fc.constant({ $ref: { system: 'entra', kind: 'user', id: '1' } }),
  ),
);

it('answers whatever it is given with a value or an error of its own', () => {
  fc.assert(
    fc.property(fc.oneof(hostile, wellFormed), anything, (text, attributes) => {
      const result = compileExpression(text);
      if (!result.ok) return result.problems.length > 0;
      try {
        canonical(result.value.evaluate(attributes, { now }));
        return true;
      } catch (error) {
        return error instanceof ExpressionError;
      }
    }),
    { numRuns: 2_000 },
  );
});
