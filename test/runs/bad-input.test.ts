/**
 * What a run makes of bad input: a named error in the right disposition, nothing lost, nobody else
 * held up. Each case ends with a run after which everybody is there.
 */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { FaultEffect } from '../../src/emulators/graph/faults.ts';
import type { FaultInput } from '../../src/emulators/ramp/faults.ts';
import type { RunReport } from '../../src/sync/engine.ts';
import { unsent } from '../../src/sync/status.ts';
import { type Contoso, contoso } from './contoso.ts';

const ERRORS = readFileSync(path.resolve(import.meta.dirname, '../../docs/errors.md'), 'utf8');

const NAMES = ['ada.lovelace', 'edsger.dijkstra', 'grace.hopper'];

const told = new Set<string>();

afterEach(() => {
  for (const code of told) expect(ERRORS).toContain(`\n### ${code}\n`);
  told.clear();
});

/** Every code in a report: each has to have its section. */
function codesOf({ readings, targets }: RunReport): readonly string[] {
  const codes = [
    ...readings.flatMap(({ failure, result, problems }) => [
      ...(failure === undefined ? [] : [failure.code]),
      ...(result?.rejected ?? []).map(({ code }) => code),
      ...(problems ?? []).map(({ code }) => code),
    ]),
    ...targets.flatMap(({ failed, failure }) => [
      ...Object.keys(failed),
      ...(failure === undefined ? [] : [failure.code]),
    ]),
  ];
  for (const code of codes) told.add(code);
  return codes;
}

async function hired(): Promise<Contoso> {
  const company = await contoso();
  for (const name of NAMES) company.hire({ name });
  return company;
}

/** Whatever it takes of time, without anybody's doing. */
async function everybodyArrives(company: Contoso): Promise<void> {
  for (let round = 0; round < 4; round++) {
    company.clock.advance(4 * 3600);
    await company.run();
  }
  expect(Object.keys(await company.users()).toSorted()).toEqual(NAMES);
  expect(await Array.fromAsync(unsent(company.engine))).toEqual([]);
}

describe('Entra ID', () => {
  const passing: readonly (readonly [string, FaultEffect])[] = [
    ['answers in HTML', { type: 'html' }],
    ['answers in HTML with 200', { type: 'html', status: 200 }],
    ['sends a page that ends in the middle', { type: 'half-body' }],
    ['closes the connection', { type: 'connection-closed' }],
    ['sends a page without its list', { type: 'missing-value' }],
    ['is unavailable', { type: 'answer', status: 503 }],
  ];
  for (const [what, effect] of passing) {
    it(`${what}, once: it is asked again, and everybody arrives`, async () => {
      await using company = await hired();
      company.graph.control.fault({ path: '/users/delta', effect });
      const report = await company.run();
      expect(report).toMatchObject({ verdict: 'done', targets: [{ done: { create: 3 } }] });
    });

    it(`${what}, for hours: it is named, nobody is taken for gone, and everybody arrives`, async () => {
      await using company = await hired();
      await company.run();
      company.graph.control.fault({ path: '/users/delta', times: 0, effect });
      const report = await company.run();
      expect(report.verdict).toBe('failed');
      expect(codesOf(report)).toHaveLength(1);
      expect(
        Object.values(await company.users()).every(({ status }) => status !== 'USER_INACTIVE'),
      ).toBe(true);
      company.graph.control.clearFaults();
      await everybodyArrives(company);
    });
  }

  it('pages without an end: reading stops, is named, and nobody is absent by it', async () => {
    await using company = await hired();
    await company.run();
    company.graph.control.fault({
      path: '/users/delta',
      times: 0,
      effect: { type: 'endless-next-link' },
    });
    const report = await company.run({ full: true });
    expect(codesOf(report)).toContain('endless-paging');
    expect(
      Object.values(await company.users()).every(({ status }) => status !== 'USER_INACTIVE'),
    ).toBe(true);
    company.graph.control.clearFaults();
    await everybodyArrives(company);
  });

  const partial: readonly (readonly [string, FaultEffect, string])[] = [
    ['a record without an id', { type: 'record-without-id' }, 'record-without-id'],
    [
      '10 MB in one attribute',
      { type: 'huge-property', property: 'department', characters: 10_000_000 },
      'value-too-large',
    ],
  ];
  for (const [what, effect, code] of partial) {
    it(`sends ${what}: it is named, and the others arrive`, async () => {
      await using company = await hired();
      company.graph.control.fault({ path: '/users/delta', effect });
      const report = await company.run();
      expect(codesOf(report)).toEqual([code]);
      expect(Object.keys(await company.users())).toHaveLength(2);
      company.graph.control.clearFaults();
      await company.run({ full: true });
      await everybodyArrives(company);
    });
  }

  it('sends somebody twice: she is taken once', async () => {
    await using company = await hired();
    company.graph.control.fault({ path: '/users/delta', effect: { type: 'duplicate-record' } });
    codesOf(await company.run());
    await everybodyArrives(company);
  });
});

describe('Ramp', () => {
  const faults: readonly (readonly [string, FaultInput])[] = [
    ['answers a create with 200', { type: 'created-as-200', on: 'POST /Users' }],
    ['loses the answer to a create', { type: 'lose-answer', on: 'POST /Users' }],
    ['answers a create in HTML', { type: 'html', on: 'POST /Users' }],
    ['fails with 500', { type: 'fail', status: 500, on: 'POST /Users' }],
    ['refuses the token', { type: 'fail', status: 401, on: 'POST /Users' }],
    ['forbids one account', { type: 'fail', status: 403, on: 'POST /Users' }],
  ];
  for (const [what, fault] of faults) {
    it(`${what}, once: everybody has one account in the end`, async () => {
      await using company = await hired();
      company.ramp.fault(fault);
      codesOf(await company.run());
      await everybodyArrives(company);
      expect(await company.ramp.users()).toHaveLength(NAMES.length);
    });
  }

  it('rejects one attribute of one person: she waits with its words, and the others are written', async () => {
    await using company = await hired();
    company.ramp.fault({ type: 'reject', on: 'POST /Users', attribute: 'userName' });
    const report = await company.run();
    expect(report.targets[0]?.done).toEqual({ create: 2 });
    expect(codesOf(report)).toEqual(['refused-by-target']);
    const [waiting] = await Array.fromAsync(unsent(company.engine));
    expect(waiting?.message).toContain('userName');
  });
});
