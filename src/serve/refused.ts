/** What clients were refused, in the log: an identity provider often shows its people no reason. */

import type { Refused } from '../server/scim.ts';

const MOST_IN_A_MINUTE = 30;
const MINUTE_MILLISECONDS = 60_000;
const LONGEST = 300;

/** @returns Told of each; beyond some in a minute they are only counted. */
export function refusals(log: (line: string) => void, now: () => Date): (refused: Refused) => void {
  let since = 0;
  let told = 0;
  return ({ method, path, refusal: { status, scimType, message } }) => {
    const time = now().getTime();
    if (time - since >= MINUTE_MILLISECONDS) {
      if (told > MOST_IN_A_MINUTE) log(`and ${told - MOST_IN_A_MINUTE} more were refused`);
      [since, told] = [time, 0];
    }
    if (++told > MOST_IN_A_MINUTE) return;
    const kind = scimType === undefined ? '' : ` ${scimType}`;
    log(oneLine(`refused ${method} ${path}: ${status}${kind}: ${message}`));
  };
}

/** A client chooses part of the text, and must not write lines of its own. */
function oneLine(text: string): string {
  const line = text.replaceAll(/[\p{C}\p{Z}]/gu, ' ');
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}
