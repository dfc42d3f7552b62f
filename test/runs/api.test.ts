/** The API over the real engine, with Entra ID and Ramp as stand-ins in process. */

import { expect, it } from 'vitest';
import { apiService } from '../../src/server/api/api.ts';
import { ENDPOINTS } from '../../src/server/api/routes/index.ts';
import { hiddenAttributes } from '../../src/server/api/shown.ts';
import { openTasks } from '../../src/server/api/tasks.ts';
import { verbsOf } from '../../src/sync/bind.ts';
import { type Contoso, contoso } from './contoso.ts';

const ADA = encodeURIComponent('ada@contoso.com');

function apiOf({ engine, watch, clock }: Contoso) {
  const bugs: unknown[] = [];
  const app = apiService({
    authenticate: async () => ({ tenant: 'default', token: 't1', role: 'administrator' }),
    open: async () => ({ verbs: verbsOf(engine), hidden: hiddenAttributes(engine.targets) }),
    tasks: openTasks({ signal: watch.signal, now: clock.now, onBug: (bug) => bugs.push(bug) }),
    onBug: (bug) => bugs.push(bug),
  });
  const ask = async (method: string, path: string, body?: string, type = 'application/json') => {
    const response = await app.request(`/api${path}`, {
      method,
      headers: { authorization: 'Bearer any', prefer: 'wait=30', 'content-type': type },
      ...(body !== undefined && { body }),
    });
    const text = await response.text();
    expect([method, path, response.status, bugs]).toEqual([method, path, 200, []]);
    fits(method, path, text);
    return text;
  };
  return ask;
}

/** An answer says all that its schema says, and nothing else. */
function fits(method: string, path: string, text: string): void {
  const endpoint = ENDPOINTS.find(
    ({ path: template, method: its }) =>
      its === method.toLowerCase() &&
      new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`).test(path.split('?')[0] ?? ''),
  );
  const answers = endpoint?.answers;
  if (answers === undefined || !('schema' in answers)) return;
  for (const one of answers.type === 'json' ? [text] : text.trimEnd().split('\n')) {
    const json: unknown = JSON.parse(one);
    const { data, error } = answers.schema.safeDecode(json as never);
    expect([path, error]).toEqual([path, undefined]);
    expect(JSON.parse(JSON.stringify(data))).toEqual(json);
  }
}

it('runs, tells and explains what it did', async () => {
  await using company = await contoso();
  company.hire({ name: 'grace' });
  company.hire({ name: 'ada', manager: 'grace' });
  company.hire({ name: 'bob', department: null });
  const ask = apiOf(company);

  const run = JSON.parse(await ask('POST', '/runs', '{"typed":true}'));
  expect(run).toMatchObject({ verb: 'run', state: 'ended', result: { run: run.id } });
  expect(Object.keys(await company.users()).toSorted()).toContain('ada');
  expect(JSON.parse(await ask('GET', `/runs/${run.id}`)).report).toEqual(run.result);

  const people = JSON.parse(await ask('GET', `/people?q=${ADA}`)).items;
  expect(people).toHaveLength(1);
  const explained = JSON.parse(await ask('GET', `/people/${ADA}/explanation?system=ramp`));
  expect(explained.targets[0].decision.code).toBe('in-sync');
  const log = await ask('GET', `/log?person=${ADA}`);
  expect(JSON.parse(log.split('\n')[0] ?? '')).toMatchObject({ run: run.id, type: 'done' });
  await ask('GET', '/log/unsent');
  await ask('GET', '/status');
  await ask('GET', '/reviews');
  await ask('GET', '/runs?limit=1');
  await ask('GET', '/tasks');
});

it('plans, hands out the plan, and carries out exactly that', async () => {
  await using company = await contoso();
  company.hire({ name: 'ada' });
  const ask = apiOf(company);

  const { result } = JSON.parse(await ask('POST', '/plans', '{}'));
  const { key } = result.targets[0].plan;
  expect(Object.keys(await company.users())).not.toContain('ada');
  await ask('GET', '/plans/ramp');
  await ask('GET', `/plans/${key}/operations`);
  const file = await ask('GET', `/plans/${key}/file`);
  const applied = JSON.parse(await ask('POST', '/plans/apply', file, 'application/jsonl'));
  expect(applied.result.targets[0].done).toEqual({ create: 1 });
  expect(Object.keys(await company.users())).toContain('ada');
});

it('provisions one person ahead of everything', async () => {
  await using company = await contoso();
  company.hire({ name: 'ada' });
  const ask = apiOf(company);
  await ask('POST', '/plans', '{}');
  const { result } = JSON.parse(await ask('POST', `/people/${ADA}/provision`, '{}'));
  expect(result).toMatchObject({ verdict: 'done', label: 'ada@contoso.com' });
  expect(Object.keys(await company.users())).toContain('ada');
});
