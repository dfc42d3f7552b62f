import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { answer } from './batch.ts';

interface Vector {
  readonly id: string;
  readonly fn: string;
  readonly note: string;
  readonly dialect?: string;
  readonly expect?: unknown;
  readonly expectPattern?: string;
  readonly error?: string;
}

const file = path.resolve(import.meta.dirname, '../../test/vectors/expression-vectors.json');
const vectors: readonly Vector[] = JSON.parse(readFileSync(file, 'utf8'));
const ours = vectors.filter(({ dialect = 'app' }) => dialect === 'app');
const outside = { now: new Date('2025-01-01T00:00:00Z') };

/** No value and the empty text are equal: neither ever flows. */
function flows(value: unknown): unknown {
  return value === '' ? null : value;
}

describe('every published vector of the app dialect', () => {
  for (const vector of ours) {
    it(`${vector.id} ${vector.fn}: ${vector.note}`, () => {
      const found = answer(vector, outside);
      if (vector.error !== undefined) {
        expect(found).toMatchObject({ error: vector.error });
      } else if (vector.expectPattern !== undefined) {
        expect(found).toEqual({ value: expect.stringMatching(new RegExp(vector.expectPattern)) });
      } else {
        expect(found).not.toHaveProperty('error');
        expect(flows('value' in found ? found.value : found)).toEqual(flows(vector.expect));
      }
    });
  }
});

it('leaves the 66 vectors of the sync dialect to a dialect of their own', () => {
  const others = vectors.filter(({ dialect }) => dialect === 'sync');
  expect({ app: ours.length, sync: others.length, all: vectors.length }).toEqual({
    app: 269,
    sync: 66,
    all: 335,
  });
  expect(new Set(others.map((vector) => JSON.stringify(answer(vector, outside))))).toEqual(
    new Set([
      JSON.stringify({
        error: 'dialect',
        message: 'the dialect "sync" is not known; known is: app',
      }),
    ]),
  );
});
