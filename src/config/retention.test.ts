import { describe, expect, it } from 'vitest';
import type { SystemConfiguration } from './configuration.ts';
import { retentionProblems } from './retention.ts';
import { parseSource } from './source.ts';

const HR: SystemConfiguration = {
  name: 'hr',
  connector: 'file',
  options: {},
  read: {
    user: {
      creates: true,
      authority: true,
      join: [],
      map: { birthDate: { expression: '[born]' } },
      precedence: {},
      authoritative: [],
    },
  },
  write: {},
};

function problems(attributes: Readonly<Record<string, number>>): readonly string[] {
  const lines = Object.keys(attributes).map((name) => `    ${name}: 1d\n`);
  const text = `keep:\n  attributes:\n${lines.join('')}`;
  const source = parseSource(text, 'lockstep.yaml');
  if (!source.ok) throw new Error('the text of the test is no YAML');
  return retentionProblems(attributes, [HR], {}, source.value).map(
    ({ code, message, place }) => `${place?.line}: ${code}: ${message}`,
  );
}

describe('how long values are kept', () => {
  it('is said of attributes that sources supply, and of columns of systems', () => {
    expect(problems({ birthDate: 86_400, 'hr/iban': 86_400 })).toEqual([]);
  });

  it('is refused for what nobody supplies: it would be kept for ever', () => {
    expect(problems({ birthDate: 1, birthdate: 1, iban: 1, 'entra/iban': 1 })).toEqual([
      '4: unknown-attribute: no source supplies "birthdate"; did you mean "birthDate"?',
      '5: unknown-attribute: no source supplies "iban"',
      '6: unknown-system: keep.attributes names the system "entra", which is not among the systems',
    ]);
  });
});
