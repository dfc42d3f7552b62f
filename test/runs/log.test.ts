import { describe, expect, it } from 'vitest';
import { verbsOf } from '../../src/sync/bind.ts';
import type { OutcomeQuery } from '../../src/sync/ledger.ts';
import type { LogEntry } from '../../src/sync/log-entry.ts';
import { type Contoso, contoso } from './contoso.ts';

async function entries(
  company: Contoso,
  query: Partial<OutcomeQuery> = {},
): Promise<readonly LogEntry[]> {
  return Array.fromAsync(verbsOf(company.engine).entries({ limit: 100, ...query }));
}

async function latest(company: Contoso): Promise<LogEntry> {
  const [entry] = await entries(company, { limit: 1 });
  if (entry === undefined) throw new Error('nothing happened');
  return entry;
}

describe('an entry of the log', () => {
  it('says of a create where it came from, why, by which rules, and what went over the wire', async () => {
    await using company = await contoso({ write: '        scope: department eq "R&D"' });
    const id = company.hire({ name: 'ada.lovelace' });
    await company.run();
    const { steps, operation, attempts, entry } = await latest(company);
    expect(steps.import).toMatchObject({
      cause: 'changed',
      since: expect.any(Date),
      records: [{ system: 'entra', kind: 'user', id }],
    });
    expect(steps.import.sources).toContainEqual({
      system: 'entra',
      kind: 'user',
      readAt: company.clock.now(),
    });
    expect(steps.scope).toMatchObject({
      reason: 'entered-scope',
      verdict: true,
      facts: [
        { type: 'active', verdict: true },
        { type: 'assigned', verdict: true, application: 'entra/Ramp', direct: true },
        { type: 'scope', verdict: true, clauses: [{ seen: { department: 'R&D' } }] },
      ],
    });
    expect(steps.match).toMatchObject({ result: 'none' });
    expect(steps.match.tried[0]).toEqual({ path: 'userName', value: 'ada.lovelace@contoso.com' });
    expect(steps.plan.changes).toContainEqual({
      type: 'mapping',
      path: 'userName',
      after: 'ada.lovelace@contoso.com',
      expression: expect.stringContaining('userPrincipalName'),
      inputs: expect.objectContaining({ userPrincipalName: 'ada.lovelace@contoso.com' }),
      origin: 'entra',
    });
    expect(steps.write).toMatchObject({
      result: 'done',
      attempts: 1,
      exchanges: [
        {
          attempt: 1,
          method: 'POST',
          path: expect.stringMatching(/\/Users$/),
          status: 201,
          sent: { userName: 'ada.lovelace@contoso.com' },
          answer: { userName: 'ada.lovelace@contoso.com', id: expect.any(String) },
        },
      ],
    });
    expect([operation.action, attempts]).toEqual(['create', 1]);
    expect(await entries(company, { entry })).toHaveLength(1);
  });

  it('keeps what it said when configuration and person are others by now', async () => {
    await using company = await contoso({ write: '        scope: department eq "R&D"' });
    const id = company.hire({ name: 'ada.lovelace' });
    await company.run();
    const before = await latest(company);
    company.graph.control.act({ act: 'update', id, properties: { department: 'Sales' } });
    await using later = await company.restart({}, '        scope: department eq "Sales"');
    await later.run();
    expect(await entries(later, { entry: before.entry })).toEqual([before]);
  });

  it('says of a change what was there before, and of a leaver which fact decided', async () => {
    await using company = await contoso();
    const id = company.hire({ name: 'ada.lovelace' });
    await company.run();
    company.graph.control.act({ act: 'update', id, properties: { department: 'Sales' } });
    company.clock.advance(60);
    await company.run();
    const moved = await latest(company);
    expect(moved.steps.match).toMatchObject({ result: 'linked', account: { system: 'ramp' } });
    expect(moved.steps.plan.changes).toMatchObject([
      { before: 'R&D', after: 'Sales', inputs: { department: 'Sales' }, origin: 'entra' },
    ]);
    company.graph.control.act({ act: 'update', id, properties: { accountEnabled: false } });
    company.clock.advance(60);
    await company.run();
    const left = await latest(company);
    expect(left.steps.scope).toMatchObject({ reason: 'disabled-in-source', verdict: false });
    expect(left.steps.scope.facts[0]).toMatchObject({
      type: 'active',
      verdict: false,
      seen: { accountEnabled: false },
    });
  });

  it('says how the scope decided where a value it looks at is not shown, and not the value', async () => {
    await using company = await contoso({
      write: `
        scope: department eq "R&D" and city ne "Bern"
        map: { nickName: 'Redact([department])' }`,
    });
    const id = company.hire({ name: 'ada.lovelace' });
    await company.run();
    const scopeOf = ({ steps: { scope } }: LogEntry) => ({
      verdict: scope.verdict,
      clauses: scope.facts.flatMap((fact) => (fact.type === 'scope' ? fact.clauses : [])),
    });
    const clause = 'department eq "R&D" and city ne "Bern"';
    const seen = { city: 'Zurich', department: '[Redact]' };
    expect(scopeOf(await latest(company))).toEqual({
      verdict: true,
      clauses: [{ clause, verdict: true, seen }],
    });
    company.graph.control.act({ act: 'update', id, properties: { department: 'Sales' } });
    company.clock.advance(60);
    await company.run();
    const left = await latest(company);
    expect(left.operation.reason).toBe('left-scope');
    expect(scopeOf(left)).toEqual({ verdict: false, clauses: [{ clause, verdict: false, seen }] });
    expect(JSON.stringify(left.steps)).not.toContain('Sales');
  });

  it('says by what an account was found that was there before', async () => {
    await using company = await contoso();
    company.hire({ name: 'ada.lovelace' });
    await company.run();
    await using anew = await company.startedAnew();
    await anew.run();
    const { steps } = await latest(anew);
    expect(steps.match).toMatchObject({ result: 'found', by: 'userName' });
  });

  it('counts attempts, and says what can be done about a failure', async () => {
    await using company = await contoso();
    company.hire({ name: 'ada.lovelace' });
    company.ramp.fault({ type: 'fail', status: 429, on: 'POST /Users', times: 1 });
    await company.run();
    const done = await latest(company);
    expect([done.type, done.attempts]).toEqual(['done', 2]);
    expect(done.steps.write.exchanges.map(({ attempt, status }) => [attempt, status])).toEqual([
      [1, 429],
      [2, 201],
    ]);
    expect(done.steps.write.exchanges[1]?.sent).toEqual(done.steps.write.exchanges[0]?.sent);

    company.hire({ name: 'grace.hopper' });
    company.ramp.fault({ type: 'fail', status: 403, on: 'POST /Users', times: 1 });
    company.clock.advance(60);
    await company.run();
    const failed = await latest(company);
    expect(failed).toMatchObject({ type: 'failed', failure: { code: 'forbidden' } });
    expect(failed.steps.write.remedy).toBe(failed.failure?.remedy);
    expect(await entries(company, { code: 'forbidden' })).toHaveLength(1);
  });
});

describe('what is old', () => {
  it('is forgotten at the end of a run, and who is there stays there', async () => {
    await using company = await contoso({ write: 'keep: { log: 30d, plans: 1d }' });
    company.hire({ name: 'ada.lovelace' });
    await company.run();
    company.clock.advance(40 * 86_400);
    company.hire({ name: 'grace.hopper' });
    await company.run();
    const names = (await entries(company)).map(({ operation }) => operation.label);
    expect(names).toEqual(['grace.hopper@contoso.com']);
    expect(Object.keys(await company.users())).toEqual(['ada.lovelace', 'grace.hopper']);
    const again = await company.run();
    expect(again.targets[0]).toMatchObject({ done: {}, failed: {} });
  });
});
