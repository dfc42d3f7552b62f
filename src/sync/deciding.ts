/** Who is who, as people say it. */

import type { Choice, Decision, ReviewCase } from '../warehouse/decision.ts';
import { DecisionRefusal } from '../warehouse/decision.ts';
import type { Engine } from './engine.ts';
import { personNamed } from './people.ts';
import type { Verbs } from './verbs.ts';

export function deciding(
  engine: Engine,
): Pick<
  Verbs,
  'review' | 'decideReview' | 'decisions' | 'undoDecision' | 'mergePeople' | 'unmergePerson'
> {
  const { warehouse } = engine;
  return {
    review: (id) => caseOf(id, engine),
    decideReview: async (id, choice) => {
      const { item } = await caseOf(id, engine);
      return warehouse.decideReview(item.id, meant(choice, item.candidates));
    },
    decisions: (limit): Promise<readonly Decision[]> => warehouse.decisions(limit),
    undoDecision: (id): Promise<Decision> => warehouse.undoDecision(id),
    mergePeople: async ({ person, other }) => {
      const [kept, gone] = [await personNamed(person, engine), await personNamed(other, engine)];
      return warehouse.mergePeople(kept.id, gone.id);
    },
    unmergePerson: async ({ person, records }) => {
      const { id, kind, links } = await personNamed(person, engine);
      const refs = records?.map(({ system, id: record }) => {
        const link = links.find((each) => each.system === system && each.id === record);
        return link ?? { system, kind, id: record };
      });
      return warehouse.unmergePerson(id, refs);
    },
  };
}

/** By its id, or by the beginning of it that no other has. */
async function caseOf(id: string, { warehouse }: Engine): Promise<ReviewCase> {
  const exact = await warehouse.review(id);
  if (exact) return exact;
  const alike = (await warehouse.reviews()).filter((item) => id !== '' && item.id.startsWith(id));
  const [only] = alike;
  const found = only && alike.length === 1 ? await warehouse.review(only.id) : undefined;
  if (found) return found;
  throw new DecisionRefusal(
    'no-such-review',
    alike.length > 1
      ? `${alike.length} matters begin with ${id}`
      : `nothing in the queue is called ${id}`,
    'lockstep review lists what waits; what was settled meanwhile is gone',
  );
}

/** A candidate by id, by its number in the list, or by what it is called; the only one unsaid. */
function meant(choice: Choice, candidates: ReviewCase['item']['candidates']): Choice {
  if (choice.type === 'new-person') return choice;
  const { identity } = choice;
  if (identity === undefined) return choice;
  const found = candidates.find(
    ({ id, label }, index) => id === identity || label === identity || `${index + 1}` === identity,
  );
  return { ...choice, identity: found?.id ?? identity };
}
