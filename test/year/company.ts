/**
 * A company over a year, and what its two personnel systems have on file: employees and contractors, who
 * are hired, move, go on leave, come back, change sides, and about whom mistakes are made and corrected.
 * Days are numbers; whoever reads the files sees dates.
 */

import type { Attributes } from '../../src/identity/record.ts';
import { type Chance, chanceOf } from '../faults/chance.ts';
import { type Day, dateOf } from './days.ts';

export type Side = 'hr' | 'agency';

/** What a system has on file about one employment. */
export interface Employment {
  readonly side: Side;
  readonly number: string;
  readonly office: Office;
  readonly department: string;
  readonly mail: string;
  readonly hired: Day;
  /** The last day. */
  readonly left?: Day;
  /** First and last day of an absence. */
  readonly away?: readonly [Day, Day];
}

export interface Human {
  readonly person: string;
  /** What was written illegibly is as it was before. */
  hr: Employment | undefined;
  agency: Employment | undefined;
}

export type Office = 'Zurich' | 'Austin' | 'Singapore';

export interface Files {
  write(side: Side, number: string, record: Attributes): void;
  strike(side: Side, number: string): void;
}

export interface Company {
  readonly humans: readonly Human[];
  /** What happens on a day, in how many cases of each kind. */
  happen(day: Day): void;
  readonly happened: Readonly<Record<string, number>>;
}

const OFFICES: readonly Office[] = ['Zurich', 'Zurich', 'Zurich', 'Austin', 'Singapore'];
const DEPARTMENTS = ['Sales', 'Research', 'Legal', 'Finance', 'IT', 'Support'];

/** Not everything can happen to everybody. */
const MOST_ASKED = 200;

/** So many in a year, of every hundred people. */
const EVENTS: Readonly<Record<string, number>> = {
  hired: 15,
  'hired at once': 2,
  leaves: 12,
  'leaves at once': 2,
  'end is moved': 5,
  'start is moved': 3,
  'hire is rescinded': 2,
  moves: 20,
  'is called otherwise': 4,
  'goes away': 10,
  'is back earlier': 3,
  'is hired again': 4,
  'changes sides': 6,
  'is gone from file': 3,
  'is written illegibly': 2,
};

export function companyOf(people: number, seed: number, files: Files): Company {
  const chance = chanceOf(seed);
  const humans: Human[] = [];
  const happened: Record<string, number> = {};
  const writtenOn = new Map<Human, Day>();
  let today: Day = 0;
  let numbers = 0;

  const put = (human: Human, employment: Employment): void => {
    human[employment.side] = employment;
    writtenOn.set(human, today);
    files.write(employment.side, employment.number, recordOf(human, employment));
  };
  const strike = (human: Human, { side, number }: Employment): void => {
    human[side] = undefined;
    files.strike(side, number);
  };
  const employ = (hired: Day, left?: Day): void => {
    const person = `p${humans.length}`;
    const human: Human = { person, hr: undefined, agency: undefined };
    humans.push(human);
    put(human, {
      side: chance.happens(0.8) ? 'hr' : 'agency',
      number: `n${numbers++}`,
      office: chance.pick(OFFICES),
      department: chance.pick(DEPARTMENTS),
      mail: `${person}@contoso.com`,
      hired,
      ...(left !== undefined && { left }),
    });
  };
  for (let count = 0; count < people; count++) employ(-chance.below(4000) - 1);

  const events = eventsOf(chance, {
    put,
    strike,
    employ,
    fresh: () => `n${numbers++}`,
    files,
    writtenOn,
  });
  /** @returns Whether there was anybody to whom it could happen. */
  const somebody = (day: Day, event: Event | undefined): boolean => {
    for (let asked = 0; asked < MOST_ASKED; asked++) {
      const human = chance.pick(humans);
      const employment = [human.hr, human.agency].find(
        (each) => each !== undefined && (each.left === undefined || each.left >= day - 200),
      );
      if (event?.(human, employment, day)) return true;
    }
    return false;
  };
  return {
    humans,
    happened,
    happen: (day) => {
      today = day;
      for (const [name, share] of Object.entries(EVENTS)) {
        for (let due = (people * share) / 100 / 366; due > 0; due--) {
          if (!chance.happens(due)) continue;
          if (!somebody(day, events[name])) continue;
          happened[name] = (happened[name] ?? 0) + 1;
        }
      }
    },
  };
}

interface Acts {
  /** The last day on which something legible was written of somebody. */
  readonly writtenOn: ReadonlyMap<Human, Day>;
  put(human: Human, employment: Employment): void;
  strike(human: Human, employment: Employment): void;
  employ(hired: Day, left?: Day): void;
  fresh(): string;
  readonly files: Files;
}

/** @returns Whether it could happen to that one. */
type Event = (human: Human, employment: Employment | undefined, day: Day) => boolean;

function eventsOf(chance: Chance, acts: Acts): Readonly<Record<string, Event>> {
  const { put, strike, employ, fresh, files, writtenOn } = acts;
  const later = (day: Day, most: number): Day => day + chance.below(most);
  const changed =
    (change: (employment: Employment, day: Day) => Partial<Employment> | undefined): Event =>
    (human, employment, day) => {
      const facts = employment && change(employment, day);
      if (employment === undefined || facts === undefined) return false;
      put(human, { ...employment, ...facts });
      return true;
    };
  return {
    hired: (_human, _employment, day) => {
      employ(later(day, 60), chance.happens(0.3) ? later(day + 60, 200) : undefined);
      return true;
    },
    'hired at once': (_human, _employment, day) => {
      employ(day - chance.below(3));
      return true;
    },
    leaves: changed(({ left }, day) => (left === undefined ? { left: later(day, 90) } : undefined)),
    'leaves at once': changed(({ left }, day) =>
      left === undefined ? { left: day - 1 } : undefined,
    ),
    'end is moved': (human, employment, day) => {
      if (employment?.left === undefined) return false;
      const { left: _, ...others } = employment;
      put(human, chance.happens(0.3) ? others : { ...others, left: later(day - 5, 90) });
      return true;
    },
    'start is moved': changed(({ hired }, day) =>
      hired > day - 10 ? { hired: later(day - 5, 40) } : undefined,
    ),
    'hire is rescinded': (human, employment, day) => {
      if (employment === undefined || employment.hired < day - 3) return false;
      strike(human, employment);
      return true;
    },
    moves: changed(() => ({
      department: chance.pick(DEPARTMENTS),
      ...(chance.happens(0.2) && { office: chance.pick(OFFICES) }),
    })),
    'is called otherwise': changed(() => ({ mail: `${fresh()}@contoso.com` })),
    'goes away': changed(({ side }, day) => {
      if (side !== 'hr') return undefined;
      const first = later(day, 30);
      return { away: [first, later(first, 40)] };
    }),
    'is back earlier': changed(({ away }, day) =>
      away !== undefined && away[0] < day && away[1] > day
        ? { away: [away[0], day - 1] }
        : undefined,
    ),
    // Under another number, and the old one is gone from the file on that very day.
    'is hired again': (human, employment, day) => {
      if (employment === undefined || isBoth(human)) return false;
      strike(human, employment);
      const { left: _left, away: _away, ...facts } = employment;
      put(human, { ...facts, number: fresh(), hired: later(day, 30) });
      return true;
    },
    // The old employment stays on file for ever, with its end.
    'changes sides': (human, employment, day) => {
      if (employment === undefined || isBoth(human)) return false;
      const last = later(day, 30);
      put(human, { ...employment, left: last });
      const { left: _left, away: _away, ...facts } = employment;
      const side = employment.side === 'hr' ? 'agency' : 'hr';
      const hired = last + 1 + (chance.happens(0.2) ? chance.below(20) : 0);
      put(human, { ...facts, side, number: fresh(), hired, department: chance.pick(DEPARTMENTS) });
      return true;
    },
    'is gone from file': (human, employment) => {
      if (employment === undefined) return false;
      strike(human, employment);
      return true;
    },
    // Nobody can know what is meant: what was known before stays. What nobody read was not known.
    'is written illegibly': (human, employment, day) => {
      if (employment === undefined || writtenOn.get(human) === day) return false;
      const { side, number } = employment;
      const hired = chance.pick(['2028-02-30', 'soon', '31.12.2027']);
      files.write(side, number, { ...recordOf(human, employment), hired, department: 'Nowhere' });
      return true;
    },
  };
}

function isBoth({ hr, agency }: Human): boolean {
  return hr !== undefined && agency !== undefined;
}

function recordOf(
  { person }: Human,
  { office, department, mail, hired, left, away }: Employment,
): Attributes {
  return {
    person,
    office,
    department,
    mail,
    hired: dateOf(hired),
    ...(left !== undefined && { left: dateOf(left) }),
    ...(away !== undefined && { away: dateOf(away[0]), back: dateOf(away[1]) }),
  };
}
