import { describe, expect, it } from 'vitest';
import { readPlanFile, writePlanFile } from './file.ts';
import { contentOf, operationId, planHash } from './hash.ts';
import type { Operation, OperationContent } from './plan.ts';
import type { StoredPlan } from './plans.ts';

function operation(identity: string, content: OperationContent): Operation {
  return {
    id: operationId('ramp', identity, contentOf(content)),
    identity,
    label: `${identity}@contoso.com`,
    system: 'ramp',
    kind: 'user',
    reason: 'source-changed',
    cause: 'changed',
    generation: 1,
    after: [],
    origins: { title: 'hr' },
    ...content,
  };
}

const target = { system: 'ramp', kind: 'user', id: 'r-1' };
const operations: readonly Operation[] = [
  operation('ada', {
    action: 'create',
    attributes: { userName: 'ada', emails: [{ type: 'work', value: 'ada@contoso.com' }] },
    match: { userName: 'ada' },
  }),
  operation('grace', {
    action: 'update',
    target,
    precondition: { touched: ['title'], held: { title: 'Analyst' }, version: '7' },
    changes: [{ path: 'title', before: 'Analyst', after: 'Lead' }],
  }),
];

function plan(): StoredPlan {
  const content = planHash('ramp', 'v1');
  for (const each of operations) content.add(each);
  return {
    key: 'k',
    id: content.id(),
    target: 'ramp',
    createdAt: new Date('2026-03-02T08:00:00Z'),
    configVersion: 'v1',
    state: 'ready',
    counts: { create: 1, update: 1 },
    considered: 2,
    managed: 1,
    holds: [],
  };
}

async function* each<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  yield* items;
}

async function readBack(lines: readonly string[]): Promise<readonly Operation[]> {
  const { operations: read } = await readPlanFile(each(lines));
  return Array.fromAsync(read);
}

describe('a plan as a file', () => {
  it('is the same plan when it is read back', async () => {
    const lines = await Array.fromAsync(writePlanFile(plan(), each(operations)));
    expect(await readBack(lines)).toEqual(operations);
  });

  it.each<[string, (lines: readonly string[]) => readonly string[], string]>([
    ['is empty', () => [], 'plan-file-broken'],
    ['is something else', () => ['{"format":"other"}'], 'plan-file-broken'],
    ['ends early', (lines) => lines.slice(0, 2), 'plan-file-changed'],
    ['has an operation twice', (lines) => [...lines, lines[1] ?? ''], 'plan-file-changed'],
    ['has another order', ([a = '', b = '', c = '']) => [a, c, b], 'plan-file-changed'],
    [
      'has an edited value',
      (lines) => lines.map((l) => l.replace('Lead', 'Boss')),
      'plan-file-changed',
    ],
    [
      'has an edited precondition',
      (lines) => lines.map((l) => l.replace('"7"', '"8"')),
      'plan-file-changed',
    ],
    ['has half a line', (lines) => lines.map((l) => l.slice(0, -9)), 'plan-file-broken'],
    ['has an unknown operation', ([a = '']) => [a, '{"action":"reboot"}'], 'plan-file-broken'],
  ])('that %s is refused', async (_, spoil, code) => {
    const lines = await Array.fromAsync(writePlanFile(plan(), each(operations)));
    await expect(readBack(spoil(lines))).rejects.toMatchObject({ code });
  });
});
