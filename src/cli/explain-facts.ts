/** What an explanation adds to the planner's steps: whom references name, who offers a value, what waits. */

import { pathText } from '../plan/text.ts';
import type { AccountLink, Explained, TargetExplanation } from '../sync/verbs.ts';
import { offerRow, sayRule } from './explain-choice.ts';
import type { TextOf } from './explain-text.ts';
import { tableLines } from './table.ts';
import type { Output } from './terminal.ts';

/** Everybody who offers a value, in the order in which they are asked. */
export function sayValues({ values, past }: Explained, text: TextOf, out: Output): void {
  const { paint, width } = out;
  for (const explained of values ?? []) {
    const { path, value, offers, computed } = explained;
    const shown = value === undefined ? 'has no value' : `is ${text(value)}`;
    out.say(`${paint('bold', pathText(path))} ${shown}`);
    sayRule(explained, text, out);
    const how = { computed: computed !== undefined, past: past !== undefined };
    const rows = offers.map((offer) => offerRow(offer, how, text, out));
    for (const line of tableLines(rows, { width })) out.say(line);
    if (rows.length === 0 && !how.computed) out.say(paint('grey', '  no record offers one'));
    out.say();
  }
}

const HOW: Readonly<Record<AccountLink['how'], string>> = {
  created: 'created here',
  matched: 'found by matching',
  joined: 'joined by rule when it was read',
  unrecorded: 'how it became theirs is not recorded any more',
};

export function linkText(link: AccountLink): string {
  const { how, at, run } = link;
  const when = at === undefined ? '' : ` at ${at.toISOString()}`;
  return `${HOW[how]}${when}${run === undefined ? '' : `, run ${run.slice(0, 8)}`}`;
}

export function sayWaits({ waits }: TargetExplanation, out: Output): void {
  const { paint } = out;
  for (const { message, until, over } of waits) {
    const time = until === undefined ? '' : ` until ${until.toISOString()}`;
    out.say(
      `  ${paint(over ? 'grey' : 'yellow', over ? 'Over by then:' : 'Waits:')} ${message}${time}`,
    );
  }
}
