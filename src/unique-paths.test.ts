import { expect, it } from 'vitest';
import { attributeRules } from './attribute-rules.ts';
import { identityConfiguration } from './config/identity.ts';
import { compileMapping } from './mapping/compile.ts';
import { awaitingNames, uniquePaths } from './unique-paths.ts';

const context = { now: new Date('2026-03-02T08:00:00Z') };

it('a row around a name has no value while nobody has drawn it', () => {
  const login = 'SelectUniqueValue([surname], Append([surname], Counter()))';
  const rules = attributeRules(identityConfiguration({ user: { login } })).user;
  const map = { when: 'always', onNull: 'clear' } as const;
  const compiled = compileMapping(
    [
      { path: 'userName', expression: 'Join("", [login], "@contoso.com")', ...map },
      { path: 'title', expression: 'Join("", [jobTitle], " at Contoso")', ...map },
    ],
    {},
  );
  if (!compiled.ok) throw new Error(compiled.problems[0]?.message);
  const unique = uniquePaths(
    compiled.value.rows.map(({ row }) => row),
    rules,
  );
  const { rows } = awaitingNames(compiled.value, unique);
  const desired = (attributes: Readonly<Record<string, string>>) =>
    rows.map((row) => row.desired(attributes, context, 'create'));
  expect(desired({ surname: 'lovelace' })).toMatchObject([
    { type: 'leave', path: 'userName' },
    { type: 'value', value: ' at Contoso' },
  ]);
  expect(desired({ login: 'lovelace' })).toMatchObject([
    { type: 'value', value: 'lovelace@contoso.com' },
    { type: 'value' },
  ]);
});
