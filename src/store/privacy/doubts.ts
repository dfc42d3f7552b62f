/** Of doubts about who is who, and of what people decided about them, what is about one person. */

import type { ObjectRef } from '../../identity/record.ts';
import type { Whom } from '../../sync/privacy-storage.ts';
import type { ReviewCandidate, ReviewItem } from '../../warehouse/warehouse.ts';
import { isTheirs } from './find.ts';
import type { Part, Without } from './parts.ts';

/** Of a matter of somebody else, that they were a candidate. */
export const ownDoubt: Part = (row, whom) => {
  const { kind, system, subject, since } = row;
  const own = ownCandidates(row.candidates, String(system), whom);
  if (isAbout({ system: String(system), subject: String(subject) }, whom)) {
    return { ...row, candidates: own };
  }
  return own.length === 0 ? undefined : { kind, system, since, candidates: own };
};

export const withoutDoubt: Without = ({ system, subject, candidates }, whom) => {
  if (isAbout({ system: String(system), subject: String(subject) }, whom)) return 'row';
  const all = JSON.parse(String(candidates)) as ReviewItem['candidates'];
  const left = all.filter((each) => !isCandidate(each, String(system), whom));
  if (left.length === all.length) return { candidates: String(candidates) };
  return left.length === 0 ? 'row' : { candidates: JSON.stringify(left), message: ERASED };
};

/** It may have called them by an id of theirs. */
const ERASED = 'one of those that it could have been was erased';

export const ownDecision: Part = (row, whom) => {
  const review = row.review as ReviewItem | undefined;
  const own = review && ownCandidates(review.candidates, review.system, whom);
  if (whom.ids.includes(String(row.identity)) || whom.ids.includes(String(row.other))) {
    const ofThem = review && isAbout(review, whom) ? review : { kind: review?.kind };
    return { ...row, ...(review && { review: { ...ofThem, candidates: own } }) };
  }
  const records = [row.records, row.detached]
    .flatMap((refs) => refs as readonly ObjectRef[])
    .filter((ref) => isTheirs(whom, ref));
  const asked = review && (isAbout(review, whom) || own?.length !== 0);
  if (records.length === 0 && !asked) return undefined;
  return { type: row.type, at: row.at, records, ...(asked && { candidates: own }) };
};

export const withoutDecision: Without = (row, whom) => {
  const { identity, other, review, records, detached } = row;
  if (whom.ids.includes(String(identity)) || whom.ids.includes(String(other))) return 'row';
  const others = (refs: unknown) =>
    JSON.stringify(
      (JSON.parse(String(refs)) as readonly ObjectRef[]).filter((ref) => !isTheirs(whom, ref)),
    );
  return {
    records: others(records),
    detached: others(detached),
    review: typeof review === 'string' ? reviewOfOthers(review, whom) : null,
  };
};

function reviewOfOthers(json: string, whom: Whom): string | null {
  const item = JSON.parse(json) as ReviewItem;
  if (isAbout(item, whom)) return null;
  const left = item.candidates.filter((each) => !isCandidate(each, item.system, whom));
  if (left.length === item.candidates.length) return json;
  return JSON.stringify({ ...item, candidates: left, message: ERASED });
}

function isAbout({ system, subject }: Pick<ReviewItem, 'system' | 'subject'>, whom: Whom): boolean {
  return whom.ids.includes(subject) || isTheirs(whom, { system, id: subject });
}

function ownCandidates(all: unknown, system: string, whom: Whom): readonly ReviewCandidate[] {
  return (all as readonly ReviewCandidate[]).filter((each) => isCandidate(each, system, whom));
}

/** Of people by their identity; of accounts by the account, called by whose it is. */
function isCandidate({ id, label }: ReviewCandidate, system: string, whom: Whom): boolean {
  return whom.ids.includes(id) || whom.ids.includes(label) || isTheirs(whom, { system, id });
}
