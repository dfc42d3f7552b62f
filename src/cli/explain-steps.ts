/** What the planner saw, a line for each fact: as explained now, and as it was recorded. */

import { changeText, pathText, valueText } from '../plan/text.ts';
import type { Step } from '../plan/trace.ts';
import type { Output } from './terminal.ts';

export function stepLines(
  step: Exclude<Step, { readonly type: 'mapping' }>,
  out: Output,
): readonly string[] {
  const mark = (verdict: boolean): string =>
    verdict ? out.paint('green', '✓') : out.paint('red', '✗');
  switch (step.type) {
    case 'active':
      return [`${mark(step.verdict)} active at the source${seenText(step.seen)}`];
    case 'assigned': {
      const how = [
        step.direct && 'directly',
        ...step.groups.map((group) => `by group ${group}`),
        step.roles.length > 0 && `as ${step.roles.join(', ')}`,
      ].filter((part) => part !== false);
      return [
        step.verdict
          ? `${mark(true)} assigned to ${step.application} ${how.join(', ')}`
          : `${mark(false)} not assigned to ${step.application}`,
      ];
    }
    case 'scope':
      return step.clauses.length === 0
        ? [`${mark(step.verdict)} in scope: everybody is`]
        : step.clauses.map(
            ({ clause, verdict, seen }) => `${mark(verdict)} ${clause}${seenText(seen)}`,
          );
    case 'pilot':
      return [`${mark(step.verdict)} in the pilot`];
    case 'match':
      return [matchText(step, mark)];
    case 'required':
      return [
        step.missing.length === 0
          ? `${mark(true)} everything the target requires is there`
          : `${mark(false)} the target requires ${step.missing.map(pathText).join(', ')}`,
      ];
    case 'precheck':
      return [`${mark(false)} ${step.message}`];
    case 'difference':
      return [
        step.changes.length === 0
          ? `${mark(true)} nothing differs from what was asked last`
          : `≠ ${step.changes.map(changeText).join(', ')}`,
      ];
  }
}

function matchText(
  { result, tried, account }: Extract<Step, { readonly type: 'match' }>,
  mark: (verdict: boolean) => string,
): string {
  const by = tried
    .map(({ path, value, found }) => `${pathText(path)} ${valueText(value)}: ${found}`)
    .join(', ');
  const looked = by === '' ? '' : ` (${by})`;
  switch (result) {
    case 'linked':
      return `${mark(true)} linked to account ${account ?? ''}`;
    case 'one':
      return `${mark(true)} one account matches${looked}`;
    case 'none':
      return `${mark(true)} no account matches, so one is created${looked}`;
    case 'many':
      return `${mark(false)} several accounts match${looked}`;
    case 'taken':
      return `${mark(false)} the account that matches is somebody else's${looked}`;
    case 'no-value':
      return `${mark(false)} there is no value to match by`;
  }
}

function seenText(seen: Readonly<Record<string, unknown>>): string {
  const facts = Object.entries(seen).map(([name, value]) => `${name} is ${valueText(value)}`);
  return facts.length === 0 ? '' : ` (${facts.join(', ')})`;
}

/** @param text How a value is written: whoever knows names writes them. */
export function mappingRow(
  {
    path,
    expression,
    inputs,
    origins,
    result,
    value,
    message,
  }: Extract<Step, { readonly type: 'mapping' }>,
  { paint }: Output,
  text: (value: unknown) => string = valueText,
): readonly string[] {
  const from = Object.entries(inputs)
    .map(([name, input]) => {
      const origin = origins[name] === undefined ? '' : ` ${paint('grey', origins[name])}`;
      return `${name}=${text(input)}${origin}`;
    })
    .join(', ');
  const shown = {
    value: () => text(value),
    default: () => `${text(value)} ${paint('grey', '(default)')}`,
    clear: () => paint('grey', 'no value: cleared'),
    leave: () => paint('grey', 'no value: left as it is'),
    dangling: () => paint('yellow', message ?? 'waits for whom it refers to'),
    failed: () => paint('red', message ?? 'failed'),
  }[result]();
  return [pathText(path), shown, paint('grey', expression), from];
}
