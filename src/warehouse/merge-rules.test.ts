import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Attributes } from '../identity/record.ts';
import { compileExpression } from '../mapping/evaluate.ts';
import type { Scope } from '../mapping/mapping.ts';
import { compileScope } from '../mapping/scope.ts';
import { choice, merge } from './merge.ts';
import { computed } from './merge-computed.ts';
import type { AttributeRule, AttributeRules, Contribution, Merging } from './merge-rules.ts';

interface Record {
  readonly present?: boolean;
  readonly authoritative?: readonly string[];
  /** Since then it says what it says; of everything. */
  readonly changed?: number;
  readonly rank?: number;
}

const ORDER = ['hr', 'entra', 'phones'];

function says(system: string, attributes: Attributes, more: Record = {}): Contribution {
  const { present = true, authoritative = [], changed, rank } = more;
  return {
    rules: {
      system,
      kind: 'user',
      authority: true,
      precedence: {},
      defaultPrecedence: rank ?? (ORDER.indexOf(system) + 1) * 100,
      ...(authoritative.length > 0 && { authoritative: new Set(authoritative) }),
    },
    id: '1',
    attributes,
    present,
    ...(changed !== undefined && { changedAt: () => changed }),
  };
}

function merging(rules: readonly AttributeRule[], kept: Attributes = {}): Merging {
  return {
    rules: rulesOf(rules),
    now: new Date('2026-03-02T08:00:00Z'),
    record: (system) => (system === 'hr' ? { nameOfBirth: 'Byron' } : undefined),
    kept,
  };
}

function rulesOf(ordered: readonly AttributeRule[]): AttributeRules {
  return {
    ordered,
    byName: new Map(ordered.map((rule) => [rule.attribute, rule])),
    recency: true,
    raw: [],
    fingerprint: '',
  };
}

function when(filter: string): Scope {
  const compiled = compileScope(filter);
  if (!compiled.ok) throw new Error(filter);
  return compiled.value;
}

function computes(
  attribute: string,
  expression: string,
  as: 'always' | 'default' = 'always',
): AttributeRule {
  const compiled = compileExpression(expression);
  if (!compiled.ok) throw new Error(expression);
  return {
    attribute,
    merge: 'precedence',
    computed: { as, expression: compiled.value, reuseAfterSeconds: 60 },
  };
}

describe('an authoritative source', () => {
  it('has the say before all others, also that there is no value', () => {
    const phones = says('phones', { mobile: '+49 1' }, { authoritative: ['mobile', 'room'] });
    const hr = says('hr', { mobile: '+49 2', room: '12', city: 'Bonn' });
    expect(merge([hr, phones])).toEqual({
      attributes: { mobile: '+49 1', city: 'Bonn' },
      origins: { mobile: 'phones', city: 'hr' },
      present: true,
    });
  });

  it('has none where it has no record of somebody', () => {
    const phones = says('phones', {}, { authoritative: ['room'], present: false });
    expect(merge([says('hr', { room: '12' }), phones]).attributes).toEqual({ room: '12' });
  });
});

describe('merging by recency', () => {
  const mobile: AttributeRule = { attribute: 'mobile', merge: 'recency' };

  it('takes the value that its system changed last', () => {
    const hr = says('hr', { mobile: 'old' }, { changed: 1 });
    const phones = says('phones', { mobile: 'new' }, { changed: 2 });
    expect(merge([hr, phones], merging([mobile])).origins).toEqual({ mobile: 'phones' });
  });

  it('takes the first by precedence where nobody was seen to change any', () => {
    const all = [says('phones', { mobile: 'b' }), says('hr', { mobile: 'a' })];
    expect(merge(all, merging([mobile])).origins).toEqual({ mobile: 'hr' });
  });
});

describe('merging by union', () => {
  it('takes every value once, in the order of the systems', () => {
    const hr = says('hr', { proxyAddresses: ['ada@contoso.com', 'a@contoso.com'] });
    const entra = says('entra', { proxyAddresses: 'ADA@contoso.com' });
    const phones = says('phones', { proxyAddresses: ['lovelace@contoso.com'] });
    expect(
      merge([phones, entra, hr], merging([{ attribute: 'proxyAddresses', merge: 'union' }])),
    ).toEqual({
      attributes: { proxyAddresses: ['ada@contoso.com', 'a@contoso.com', 'lovelace@contoso.com'] },
      origins: { proxyAddresses: 'hr, phones' },
      present: true,
    });
  });
});

describe('merging by condition', () => {
  const department: AttributeRule = {
    attribute: 'department',
    merge: 'precedence',
    from: [
      { system: 'phones', when: when('userType eq "Contractor"'), authoritative: true },
      { system: 'entra' },
    ],
  };
  const systems = (userType: string, agency?: string) => [
    says('hr', { userType, department: 'HR says' }),
    says('entra', { department: 'Entra says' }),
    says('phones', agency === undefined ? {} : { department: agency }),
  ];
  const merged = (all: readonly Contribution[]) => merge(all, merging([department])).attributes;

  it('asks only those named, each while its condition holds', () => {
    expect(merged(systems('Contractor', 'Agency')).department).toBe('Agency');
    expect(merged(systems('Employee', 'Agency')).department).toBe('Entra says');
  });

  it('ends with whoever is authoritative then', () => {
    expect(merged(systems('Contractor'))).toEqual({ userType: 'Contractor' });
  });

  it('can say of everybody why their value does not count', () => {
    const { asked } = choice(
      systems('Employee', 'Agency'),
      'department',
      { userType: 'Employee' },
      merging([department]),
    );
    expect(asked.map((each) => [each.contribution.rules.system, each.verdict])).toEqual([
      ['entra', 'wins'],
      ['hr', 'not-asked'],
      ['phones', 'condition'],
    ]);
  });
});

describe('a computed attribute', () => {
  it('is made of what is merged, and of what was computed before it', () => {
    const rules = [
      computes('displayName', 'Join(" ", [givenName], [surname])'),
      computes('greeting', 'Join(" ", "Dear", [displayName])'),
      computes('nameOfBirth', '[hr/nameOfBirth]'),
    ];
    const hr = says('hr', { givenName: 'Ada', surname: 'Lovelace' });
    expect(merge([hr], merging(rules))).toEqual({
      attributes: {
        givenName: 'Ada',
        surname: 'Lovelace',
        displayName: 'Ada Lovelace',
        greeting: 'Dear Ada Lovelace',
        nameOfBirth: 'Byron',
      },
      origins: {
        givenName: 'hr',
        surname: 'hr',
        displayName: 'computed',
        greeting: 'computed',
        nameOfBirth: 'computed',
      },
      present: true,
    });
  });

  it('reads under its own name what the sources supply', () => {
    const rules = [computes('mail', 'ToLower([mail])')];
    const hr = says('hr', { mail: 'Ada@Contoso.com' });
    expect(merge([hr], merging(rules)).attributes).toEqual({ mail: 'ada@contoso.com' });
  });

  it('gives way to a source where it is a default', () => {
    const rules = [computes('country', '"DE"', 'default')];
    expect(merge([says('hr', { country: 'FR' })], merging(rules)).origins.country).toBe('hr');
    expect(merge([says('hr', {})], merging(rules)).attributes.country).toBe('DE');
  });

  it('stays as it was while its expression fails', () => {
    const rules = [computes('initial', 'Mid([surname], 0, 1)')];
    const hr = says('hr', { surname: 'Lovelace' });
    expect(merge([hr], merging(rules, { initial: 'L' })).attributes.initial).toBe('L');
    expect(merge([hr], merging(rules)).attributes).toEqual({ surname: 'Lovelace' });
  });

  it('is drawn by somebody else, once, where nobody else may have the value', () => {
    const rules = [computes('login', 'SelectUniqueValue([surname], Append([surname], "1"))')];
    const hr = says('hr', { surname: 'lovelace' });
    expect(merge([hr], merging(rules))).toMatchObject({
      attributes: { surname: 'lovelace' },
      undrawn: ['login'],
    });
    expect(merge([hr], merging(rules, { login: 'lovelace1' }))).toEqual({
      attributes: { surname: 'lovelace', login: 'lovelace1' },
      origins: { surname: 'hr', login: 'computed' },
      present: true,
    });
  });

  it('waits for the name it is made of, however many values lie between', () => {
    const rules = [
      computes('login', 'SelectUniqueValue([surname], Append([surname], "1"))'),
      computes('userPrincipalName', 'Join("", [login], "@contoso.com")'),
      computes('mail', 'Join("", "smtp:", [userPrincipalName])'),
    ];
    const hr = says('hr', { surname: 'lovelace' });
    expect(merge([hr], merging(rules)).attributes).toEqual({ surname: 'lovelace' });
    expect(merge([hr], merging(rules, { login: 'lovelace' })).attributes).toMatchObject({
      userPrincipalName: 'lovelace@contoso.com',
      mail: 'smtp:lovelace@contoso.com',
    });
  });

  it('cites nothing of what is redacted when it fails', () => {
    const { computed: how } = computes('start', 'Redact(DateFromNum([hired]))');
    if (how === undefined) throw new Error('nothing is computed');
    const made = computed(how, 'start', { hired: 'secret' }, merging([]));
    expect(made).toMatchObject({ type: 'failed' });
    expect(JSON.stringify(made)).not.toContain('secret');
  });
});

describe('rules that say what is so anyway', () => {
  const name = fc.constantFrom('mail', 'department', 'city');
  const record = fc
    .record({
      system: fc.constantFrom('hr', 'entra', 'phones'),
      attributes: fc.dictionary(name, fc.constantFrom('a', 'b')),
      authoritative: fc.uniqueArray(name),
      present: fc.boolean(),
    })
    .map(({ system, attributes, ...more }) => says(system, attributes, more));
  const several = fc.uniqueArray(record, { selector: ({ rules }) => rules.system });

  it('change nothing', () => {
    const rules = ['mail', 'department', 'city'].map(
      (attribute): AttributeRule => ({ attribute, merge: 'precedence' }),
    );
    fc.assert(
      fc.property(several, (all) => {
        expect(merge(all, merging(rules))).toEqual(merge(all));
      }),
    );
  });

  it('are what is said when somebody asks', () => {
    fc.assert(
      fc.property(several, name, (all, attribute) => {
        const { attributes, origins } = merge(all);
        const { value, origin } = choice(all, attribute, attributes, undefined);
        expect({ value, origin }).toEqual({
          value: attributes[attribute],
          origin: origins[attribute],
        });
      }),
    );
  });
});
