/** The past of identities, as far back as it is kept. */

import type { Identity, IdentityId } from '../identity/identity.ts';
import type { Context } from './context.ts';
import { entryOf, type HistoryEntry, identityBefore, inOrder } from './history.ts';
import { changeOf, type StoredChange } from './history-storage.ts';
import { subjectAs } from './offers.ts';
import type { Subject } from './subject.ts';

/** Named so among the fingerprints: since when changes are kept, an instant in milliseconds. */
export const HISTORY = 'history';

const PAGE = 200;
const NEWEST = Number.MAX_SAFE_INTEGER;

export interface Histories {
  /** Changes of an identity with their values, the newest first; also of one that has ended. */
  history(identity: IdentityId): AsyncIterable<HistoryEntry>;
  /** As it was then; nothing where it was nobody. Exact from `historySince` on. */
  identityAt(identity: IdentityId, at: Date): Promise<Identity | undefined>;
  /** A subject as that one would be who they were; what their references lead to is as it is now. */
  subjectAs(subject: Subject, identity: Identity): Promise<Subject>;
  /** Since when changes are kept. */
  historySince(): Promise<Date>;
  /**
   * Forgets older changes.
   *
   * @param mostSteps None: only looks.
   * @returns Whether there are more.
   */
  pruneHistory(before: Date, mostSteps: number): Promise<boolean>;
}

/** @param people Identities with their links. */
export function histories(
  context: Context,
  people: (ids: readonly IdentityId[]) => Promise<readonly Identity[]>,
): Histories {
  const { store } = context;
  const since = async (): Promise<number> => Number((await store.fingerprints()).get(HISTORY) ?? 0);
  const current = async (id: IdentityId): Promise<Identity | undefined> => {
    const [now] = await people([id]);
    return now && { ...now, links: inOrder(now.links) };
  };
  /** The identity and its newest changes, of one moment: nothing is locked to read them. */
  const end = async (id: IdentityId): Promise<End> => {
    const page = await store.historyOf(id, NEWEST, PAGE);
    const after = await current(id);
    const [newest] = await store.historyOf(id, NEWEST, 1);
    return newest?.number === page[0]?.number ? { after, page } : end(id);
  };
  /** Each change with what the identity was after it and before. */
  async function* walk(id: IdentityId): AsyncGenerator<Step> {
    let { after, page } = await end(id);
    for (;;) {
      for (const stored of page) {
        const change = changeOf(stored);
        const before = identityBefore(id, after, change);
        yield { at: change.at, entry: entryOf(change, after, before), after, before };
        after = before;
      }
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) return;
      page = await store.historyOf(id, last.number, PAGE);
    }
  }
  return {
    history: async function* (id) {
      for await (const { entry } of walk(id)) yield entry;
    },
    identityAt: async (id, at) => {
      let oldest: Step | undefined;
      for await (const step of walk(id)) {
        if (step.at <= at) return step.after;
        oldest = step;
      }
      return oldest === undefined ? current(id) : oldest.before;
    },
    subjectAs: (subject, identity) => subjectAs(context, subject, identity),
    historySince: async () => new Date(await since()),
    pruneHistory: async (before, mostSteps) => {
      const at = before.getTime();
      if (!(await store.anyHistory(at))) return false;
      if (mostSteps === 0) return true;
      return store.transaction(async () => {
        if ((await since()) < at) await store.setFingerprint(HISTORY, String(at));
        return store.pruneHistory(at, mostSteps);
      });
    },
  };
}

interface End {
  readonly after: Identity | undefined;
  readonly page: readonly StoredChange[];
}

interface Step {
  readonly at: Date;
  readonly entry: HistoryEntry;
  readonly after: Identity | undefined;
  readonly before: Identity | undefined;
}
