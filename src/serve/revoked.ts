/** Whether a client's certificate was taken back, by a file that somebody else keeps up to date. */

import { readFile, stat } from 'node:fs/promises';
import {
  type Issued,
  type RevocationList,
  revocationLists,
} from '../server/auth/revocation-list.ts';

/** For so long it is believed that the file is the same. */
const BELIEVED_MILLISECONDS = 1_000;

interface Surroundings {
  readonly now: () => Date;
  readonly log: (line: string) => void;
}

/**
 * What no list in force speaks of is not believed: neither where the file cannot be read, nor where its list
 * has ended, nor of an authority that has none there. A file that is broken leaves the one before in force.
 *
 * @param authorities Certificates in PEM that have to have signed the lists.
 */
export function revocation(
  file: string,
  authorities: string,
  { now, log }: Surroundings,
): (issued: Issued) => Promise<boolean> {
  let lists: readonly RevocationList[] = [];
  let seen = '';
  let said = '';
  let believedUntil = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;

  const say = (what: string): void => {
    if (what !== said && what !== '') log(`certificates that were revoked: ${what}`);
    said = what;
  };
  const read = async (): Promise<void> => {
    try {
      const { size, mtimeNs, ino } = await stat(file, { bigint: true });
      const traces = `${size} ${mtimeNs} ${ino}`;
      if (traces !== seen) {
        lists = revocationLists(await readFile(file), authorities);
        seen = traces;
        say('');
      }
    } catch (error) {
      say(`${file}: ${error instanceof Error ? error.message : String(error)}`);
    }
    believedUntil = now().getTime() + BELIEVED_MILLISECONDS;
  };

  return async ({ issuer, serial }) => {
    if (now().getTime() >= believedUntil) {
      reading ??= read().finally(() => {
        reading = undefined;
      });
      await reading;
    }
    const ours = lists.filter((list) => list.issuer === issuer);
    const inForce = ours.filter(({ nextUpdate }) => nextUpdate === undefined || nextUpdate > now());
    if (ours.length > 0 && inForce.length === 0)
      say('the list has ended, and there is no other yet');
    return inForce.length === 0 || inForce.some(({ serials }) => serials.has(serial));
  };
}
