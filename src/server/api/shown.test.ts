import { describe, expect, it } from 'vitest';
import type { Role } from './policy.ts';
import { hiddenAttributes, shown } from './shown.ts';
import { testApi } from './testing.ts';
import { each } from './testing-each.ts';

const PRIVATE = ['1990-12-10', '+46 70 111 11 11', '+46 70 222 22 22'];

describe('a viewer', () => {
  it.each([
    '/api/people?q=ada',
    '/api/people/ada/explanation',
    '/api/log',
    '/api/log/entries',
    '/api/plans/ramp/operations',
    '/api/drift',
    '/api/status',
    '/api/runs',
    '/api/reviews/r1',
  ])('sees nothing private in %s', async (path) => {
    const text = await (await testApi().ask('viewer', 'GET', path)).text();
    for (const value of PRIVATE) expect(text).not.toContain(value);
  });

  it('sees whatever is not private, and that something was left out', async () => {
    const { ask } = testApi();
    const response = await ask('viewer', 'GET', '/api/people/ada/explanation');
    const { targets } = JSON.parse(await response.text());
    expect(targets[0].account.current).toEqual({
      userName: 'ada@contoso.com',
      'urn:ramp:User': { phone: '[Redact]', desk: 'B2' },
    });
    expect(targets[0].decision.changes).toEqual([
      { path: 'title', before: 'Analyst', after: 'Lead analyst' },
      { path: 'urn:ramp:User:phone', before: '[Redact]', after: '[Redact]' },
    ]);
    expect(targets[0].history[0].failure.message).toBe(
      'update user u1 in ramp: "[Redact]" is no number',
    );
  });

  it.each([
    ['/api/log/unsent', 'unsent'],
    ['/api/plans/ramp/refusals', 'refusals'],
  ])('sees in %s that somebody was refused, but not in which words', async (path, verb) => {
    const message = 'birthDate 1990-12-10 is no date of theirs';
    const refused = { identity: 'i-ada', label: 'ada@contoso.com', code: 'invalid', message };
    const { ask } = testApi({ [verb]: () => each([refused]) });
    const seen = async (role: Role) => JSON.parse(await (await ask(role, 'GET', path)).text());
    expect(await seen('viewer')).toEqual({ ...refused, message: '[Redact]' });
    expect(await seen('operator')).toEqual(refused);
  });

  it('cannot guess a private value by asking what if', async () => {
    const { ask } = testApi();
    const path = '/api/people/ada/explanation?set=title=Boss&set=hr/birthDate=1990-12-10';
    expect((await ask('viewer', 'GET', path)).status).toBe(403);
    expect((await ask('operator', 'GET', path)).status).toBe(200);
  });

  it('sees what was done to an account, but not what went over the wire', async () => {
    const text = await (await testApi().ask('viewer', 'GET', '/api/log/entries')).text();
    const [exchange] = JSON.parse(text).steps.write.exchanges;
    expect(exchange).toMatchObject({ status: 400, sent: '[Redact]', answer: '[Redact]' });
  });
});

describe('an operator', () => {
  it('sees what went over the wire, but nothing that a mapping redacts by now', async () => {
    const text = await (await testApi().ask('operator', 'GET', '/api/log/entries')).text();
    expect(JSON.parse(text).steps.write.exchanges[0].sent.Operations[0].op).toBe('replace');
    const hidden = hiddenAttributes([
      { mapping: { rows: [{ row: { path: 'nickName' }, inputs: ['nick'], redacted: true }] } },
    ] as never);
    const sent = {
      nickName: 'Countess',
      Operations: [{ op: 'add', path: 'nickName', value: 'Countess' }],
    };
    expect(JSON.stringify(shown([{ sent }], 'operator', hidden))).not.toContain('Countess');
  });

  it('sees private values, but nothing that a mapping redacts', async () => {
    const text = await (
      await testApi().ask('operator', 'GET', '/api/people/ada/explanation')
    ).text();
    for (const value of PRIVATE) expect(text).toContain(value);
    const hidden = hiddenAttributes([
      { mapping: { rows: [{ row: { path: 'nickName' }, inputs: ['nick'], redacted: true }] } },
    ] as never);
    const answer = {
      attributes: { nickName: 'Countess', title: 'Analyst' },
      message: 'to Countess',
    };
    expect(shown(answer, 'administrator', hidden)).toEqual({
      attributes: { nickName: '[Redact]', title: 'Analyst' },
      message: 'to [Redact]',
    });
  });
});

describe('an attribute is hidden', () => {
  const hidden = hiddenAttributes([], ['birthDate', 'phoneNumbers[type eq "home"]', 'name.middle']);
  it.each([
    [{ birthdate: 'x' }, { birthdate: '[Redact]' }],
    [{ 'hr/birthDate': 'x' }, { 'hr/birthDate': '[Redact]' }],
    [{ 'birthDate.year': 'x' }, { 'birthDate.year': '[Redact]' }],
    [{ birthDateX: 'x' }, { birthDateX: 'x' }],
    [{ birthDate: { year: 'x' } }, { birthDate: '[Redact]' }],
    [{ name: { middle: 'x', family: 'y' } }, { name: { middle: '[Redact]', family: 'y' } }],
    [
      { 'phoneNumbers[type eq "home"].value': 'x', 'phoneNumbers[type eq "work"].value': 'y' },
      {
        'phoneNumbers[type eq "home"].value': '[Redact]',
        'phoneNumbers[type eq "work"].value': 'y',
      },
    ],
    [{ phoneNumbers: [{ type: 'work', value: 'y' }] }, { phoneNumbers: '[Redact]' }],
  ])('%j', (attributes, expected) => {
    expect(shown({ attributes }, 'viewer', hidden)).toEqual({ attributes: expected });
  });
});
