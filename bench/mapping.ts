/**
 * How fast an expression is evaluated on one core: the full name of a person, against the limit of
 * a million a second and against the same join written in JavaScript.
 */

import type { Attributes } from '../src/identity/record.ts';
import { compileExpression } from '../src/mapping/evaluate.ts';

const LIMIT = 1_000_000;
const EVALUATIONS = 2_000_000;

const people: readonly Attributes[] = Array.from({ length: 1_000 }, (_, index) => ({
  givenName: `Ada${index}`,
  surname: index % 10 === 0 ? '' : `Lovelace${index}`,
}));

function plainJoin({ givenName, surname }: Attributes): string {
  return [givenName, surname].filter((part) => part !== undefined && part !== '').join(' ');
}

/** The best of three rounds, after one to warm up; what is made is looked at, so that it is made. */
function perSecond(evaluate: (person: Attributes) => unknown): number {
  let best = 0;
  let seen = 0;
  for (let round = 0; round < 4; round++) {
    const started = performance.now();
    for (let index = 0; index < EVALUATIONS; index++) {
      const value = evaluate(people[index % people.length] ?? {});
      if (typeof value === 'string') seen += value.charCodeAt(value.length - 1);
    }
    if (round > 0) best = Math.max(best, (EVALUATIONS / (performance.now() - started)) * 1000);
  }
  if (seen === 0) throw new Error('nothing was evaluated');
  return Math.round(best);
}

const join = compileExpression('Join(" ", [givenName], [surname])');
if (!join.ok) throw new Error('the expression does not compile');
const context = { now: new Date(), target: { IsSoftDeleted: false } };

const compiled = perSecond((person) => join.value.evaluate(person, context));
const plain = perSecond(plainJoin);

process.stdout.write(
  `${JSON.stringify({
    bench: 'mapping',
    evaluationsPerSecond: compiled,
    ofTheLimit: Number((compiled / LIMIT).toFixed(2)),
    ofPlainJavaScript: Number((compiled / plain).toFixed(2)),
  })}\n`,
);
if (compiled < LIMIT) process.exitCode = 1;
