/** The person somebody means: exactly one, or the reason why not. */

import { type Identity, label } from '../identity/identity.ts';
import type { SystemName } from '../identity/record.ts';
import type { TargetPolicy } from '../plan/target.ts';
import type { Engine } from './engine.ts';
import { VerbRefusal } from './refusal.ts';

const SHOWN = 5;

export async function personNamed(text: string, { warehouse }: Engine): Promise<Identity> {
  return theOne(text, await warehouse.findPerson(text));
}

/** Of those a text may mean; ambiguity is never guessed. */
export function theOne(text: string, found: readonly Identity[]): Identity {
  const [person] = found;
  if (person === undefined) {
    throw new VerbRefusal(
      'unknown-person',
      `nobody here is called "${text}"`,
      'name a user principal name, an e-mail address or an employee id; whoever is new is known after the next run',
    );
  }
  if (found.length === 1) return person;
  const names = found.slice(0, SHOWN).map((each) => `${label(each)} (${each.id})`);
  throw new VerbRefusal(
    'ambiguous-person',
    `${found.length} people are called "${text}": ${names.join(', ')}`,
    'name the id in brackets',
  );
}

/** The targets asked for; all of the person's kind when none was named. */
export function targetsFor(
  system: SystemName | undefined,
  { kind }: Pick<Identity, 'kind'>,
  { targets }: Engine,
): readonly TargetPolicy[] {
  const fitting = targets.filter((target) => target.kind === kind);
  const chosen = fitting.filter((target) => system === undefined || target.system === system);
  if (chosen.length > 0) return chosen;
  throw new VerbRefusal(
    'unknown-system',
    system === undefined ? 'nothing is written here' : `${system} is no target for a ${kind}`,
    `targets here: ${fitting.map((target) => target.system).join(', ') || 'none'}`,
  );
}
