import { describe, expect, it } from 'vitest';
import { joinDocument } from './join.ts';
import { joinProblems } from './join-check.ts';
import { parseSource } from './source.ts';
import { describeProblem } from './text.ts';

const AT = ['join'];

/** Problems of join rules, as a person reads them. */
function problems(text: string): readonly string[] {
  const source = parseSource(text, 'lockstep.yaml');
  if (!source.ok) throw new Error('this is YAML');
  const data = source.value.data as { readonly join: unknown };
  const rules = joinDocument.parse(data.join);
  const names = new Set(['employeeId', 'givenName', 'surname', 'birthDate', 'mobile', 'name']);
  return joinProblems(rules, { names, open: false }, source.value, AT).map(describeProblem);
}

describe('join rules', () => {
  it('are attributes, several together, and several that are alike, with defaults', () => {
    expect(
      joinDocument.parse([
        'employeeId',
        { same: ['surname', 'birthDate'] },
        { same: { mobile: { as: 'phone', country: 'DE' } } },
        { similar: { surname: 'surname', mail: 'email' } },
      ]),
    ).toEqual([
      'employeeId',
      { same: { surname: { as: 'exact' }, birthDate: { as: 'exact' } } },
      { same: { mobile: { as: 'phone', country: 'DE' } } },
      {
        similar: { surname: { as: 'surname' }, mail: { as: 'email', tags: false, dots: false } },
        joins: 0.97,
        reviews: 0.5,
        never: [],
      },
    ]);
    expect(joinDocument.parse('employeeId')).toEqual(['employeeId']);
  });

  it('are told what is wrong with them, where it stands', () => {
    expect(
      problems(`join:
  - employeeNumber
  - same: { mobile: { as: phone, country: UK } }
  - similar:
      surname: surname
      birthDat: birth-date
    joins: 0.6
    reviews: 0.7
`),
    ).toEqual([
      expect.stringMatching(/^lockstep\.yaml:2:5 .*employeeNumber/),
      expect.stringMatching(/^lockstep\.yaml:3:43 .*"UK"; did you mean "GB"\?/),
      expect.stringMatching(/^lockstep\.yaml:6:7 .*"birthDat"; did you mean "birthDate"\?/),
      expect.stringMatching(/^lockstep\.yaml:8:5 .*nobody would ever be asked/),
    ]);
  });

  it('are warned of where they can join nobody, or compare one thing twice', () => {
    expect(
      problems(
        'join:\n  - similar: { name: full-name, surname: surname, givenName: given-name }\n',
      ),
    ).toEqual([
      expect.stringMatching(/^lockstep\.yaml:2:5 .*names alone/),
      expect.stringMatching(/^lockstep\.yaml:2:5 .*compared as well/),
    ]);
  });
});
