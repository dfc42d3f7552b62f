/** What is wrong with join rules where a schema cannot see it. */

import { getCountries } from 'libphonenumber-js/min';
import { type Problem, suggestion } from '../identity/problem.ts';
import type { ComparisonConfiguration, JoinConfiguration } from './configuration.ts';
import { joinAttributes } from './join.ts';
import { type KnownNames, unknownName } from './names.ts';
import type { Path, Source } from './source.ts';

/** What says who somebody is beside a name. */
const TELLING: ReadonlySet<string> = new Set(['birth-date', 'email', 'phone', 'code']);

const COUNTRIES: ReadonlySet<string> = new Set(getCountries());

export function joinProblems(
  rules: readonly JoinConfiguration[],
  known: KnownNames,
  source: Source,
  at: Path,
): readonly Problem[] {
  return rules.flatMap((rule, index): readonly Problem[] => {
    const where = [...at, index];
    if (typeof rule === 'string') return unknownName(rule, known, source.place(where));
    const part = 'same' in rule ? 'same' : 'similar';
    const strangers = joinAttributes(rule).flatMap((name) =>
      unknownName(name, known, source.keyPlace([...where, part, name])),
    );
    if ('same' in rule)
      return [...strangers, ...countryProblems(rule.same, source, [...where, part])];
    const { similar: compared, joins, reviews } = rule;
    const problems = [...strangers, ...countryProblems(compared, source, [...where, part])];
    const kinds = Object.values(compared).map(({ as }) => as);
    if (reviews > joins) {
      problems.push({
        code: 'join-thresholds',
        severity: 'error',
        message: `reviews (${reviews}) is above joins (${joins}), so nobody would ever be asked`,
        remedy: 'let reviews be the smaller of the two',
        place: source.keyPlace([...where, source.has([...where, 'reviews']) ? 'reviews' : 'joins']),
      });
    }
    if (!kinds.some((as) => TELLING.has(as))) {
      problems.push({
        code: 'join-too-little',
        severity: 'warning',
        message: 'names alone never say that two are one person, so this rule joins nobody',
        remedy: 'compare a birth-date, an email, a phone or a code as well',
        place: source.keyPlace([...where, 'similar']),
      });
    }
    if (
      kinds.includes('full-name') &&
      kinds.some((as) => as === 'given-name' || as === 'surname')
    ) {
      problems.push({
        code: 'join-name-twice',
        severity: 'warning',
        message:
          'a full name counts only where its parts are missing, and they are compared as well',
        remedy: 'compare either the full name, or given name and surname',
        place: source.keyPlace([...where, 'similar']),
      });
    }
    return problems;
  });
}

function countryProblems(
  compared: Readonly<Record<string, ComparisonConfiguration | { readonly as: 'exact' }>>,
  source: Source,
  at: Path,
): readonly Problem[] {
  return Object.entries(compared).flatMap(([name, comparison]): readonly Problem[] => {
    if (comparison.as !== 'phone' || comparison.country === undefined) return [];
    const { country } = comparison;
    if (COUNTRIES.has(country)) return [];
    const meant = country === 'UK' ? 'GB' : suggestion(country, COUNTRIES);
    return [
      {
        code: 'unknown-country',
        severity: 'error',
        message: `unknown country "${country}"${meant === undefined ? '' : `; did you mean "${meant}"?`}`,
        remedy: 'two letters of ISO 3166-1, such as DE, GB or US',
        place: source.place([...at, name, 'country']),
      },
    ];
  });
}
