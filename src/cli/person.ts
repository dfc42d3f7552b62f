import { type Identity, label } from '../identity/identity.ts';
import type { Verbs } from '../sync/verbs.ts';
import { Refusal } from './session.ts';

/** The one person a text names; ambiguity is never guessed. */
export async function personNamed(text: string, verbs: Pick<Verbs, 'people'>): Promise<Identity> {
  const people = await verbs.people(text);
  const [person] = people;
  if (person === undefined) {
    throw new Refusal('unknown-person', `nobody is known by "${text}"`, {
      remedy: 'use a user name, an e-mail, an employee number or a display name, written out',
    });
  }
  if (people.length > 1) {
    throw new Refusal('ambiguous-person', `${people.length} people are known by "${text}"`, {
      remedy: `say which: ${people
        .slice(0, 5)
        .map((one) => `${one.id} (${label(one)})`)
        .join(', ')}`,
      exit: 2,
    });
  }
  return person;
}
