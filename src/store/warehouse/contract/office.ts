/** A small company for the tests of the warehouse: HR, Entra ID, and Ramp as the target. */

import type { ChangePage } from '../../../connectors/spi/index.ts';
import type {
  Attributes,
  Change,
  IdentityRecord,
  ObjectKind,
  ObjectRef,
  SystemName,
} from '../../../identity/record.ts';
import { openWarehouse } from '../../../warehouse/open.ts';
import type { Subject } from '../../../warehouse/subject.ts';
import type {
  ReadingResult,
  Settlement,
  SourceRules,
  TargetRules,
  Warehouse,
  WarehouseRules,
} from '../../../warehouse/warehouse.ts';
import type { Database } from '../../database.ts';
import { openWarehouseStore } from '../../warehouse.ts';

/** Opens a store of its own, with migrations applied. */
export type OpenDatabase = () => Promise<Database>;

export interface Office extends AsyncDisposable {
  readonly database: Database;
  readonly warehouse: Warehouse;
  /** The same store under other rules, or as a new process finds it. */
  again(rules?: Partial<WarehouseRules>): Promise<Warehouse>;
  /** One reading of one page. */
  read(
    system: SystemName,
    kind: ObjectKind,
    changes: readonly Change[],
    page?: Partial<ChangePage> & { readonly mode?: 'full' | 'changes'; readonly run?: string },
  ): Promise<ReadingResult>;
  /** What time it is from now on; before, it is `NOW`. */
  clock(now: Date): void;
  /** Who is due in Ramp, by `employeeId`. */
  due(at?: Date): Promise<readonly string[]>;
  subject(employeeId: string): Promise<Subject>;
  settle(employeeId: string, settlement: Settlement): Promise<void>;
  /** Settles everybody who is due as needing nothing. */
  rest(): Promise<void>;
}

export const NOW = new Date('2026-03-02T08:00:00Z');

export const HR: SourceRules = {
  system: 'hr',
  kind: 'user',
  creates: true,
  authority: true,
  join: ['employeeId'],
  map: { inputs: ['employeeId', 'department', 'costCenter'], map: (record) => record },
  precedence: { department: 1 },
  defaultPrecedence: 200,
  references: ['employeeId'],
};

export const ENTRA: SourceRules = {
  system: 'entra',
  kind: 'user',
  creates: true,
  authority: true,
  join: ['employeeId', 'mail'],
  map: { inputs: ['employeeId', 'mail', 'department', 'manager'], map: (record) => record },
  precedence: {},
  defaultPrecedence: 100,
};

export const RAMP: TargetRules = {
  system: 'ramp',
  kind: 'user',
  inputs: ['mail', 'department', 'manager'],
  match: ['userName', 'emails[type eq "work"].value'],
  fingerprint: 'first',
};

export async function office(
  open: OpenDatabase,
  rules: Partial<WarehouseRules> = {},
): Promise<Office> {
  const database = await open();
  let made = 0;
  let time = NOW;
  const openAgain = (other: Partial<WarehouseRules> = rules): Promise<Warehouse> =>
    openWarehouse(
      openWarehouseStore(database),
      { sources: [HR, ENTRA], targets: [RAMP], ...other },
      { now: () => time, newId: () => `identity-${String(++made).padStart(4, '0')}` },
    );
  const warehouse = await openAgain();

  const find = async (employeeId: string): Promise<Subject> => {
    const [person] = await warehouse.findPerson(employeeId);
    const subject = person && (await warehouse.subject('ramp', person.id));
    if (!subject) throw new Error(`nobody has the number ${employeeId}`);
    return subject;
  };
  const dueNow = async (at: Date): Promise<readonly Subject[]> => {
    while (await warehouse.expandMarkers('ramp'));
    return warehouse.due('ramp', at, 1000);
  };
  return {
    database,
    warehouse,
    again: openAgain,
    read: async (system, kind, changes, { mode = 'full', run, ...page } = {}) => {
      const begun = await warehouse.beginReading(system, kind, mode);
      const reading = run === undefined ? begun : { ...begun, run };
      const complete = mode === 'full' ? { complete: true as const } : {};
      await warehouse.absorb(reading, { changes, ...complete, ...page });
      return warehouse.endReading(reading, mode === 'full');
    },
    clock: (now) => {
      time = now;
    },
    due: async (at = NOW) =>
      (await dueNow(at)).map(({ identity }) => String(identity.attributes.employeeId)).toSorted(),
    subject: find,
    settle: async (employeeId, settlement) =>
      warehouse.settle('ramp', [{ subject: await find(employeeId), settlement }]),
    rest: async () => {
      const subjects = await dueNow(NOW);
      await warehouse.settle(
        'ramp',
        subjects.map((subject) => ({ subject, settlement: { type: 'settled' } })),
      );
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
}

export function user(system: SystemName, id: string): ObjectRef {
  return { system, kind: 'user', id };
}

export function record(ref: ObjectRef, attributes: Attributes): IdentityRecord {
  return { ref, attributes };
}

export function present(ref: ObjectRef, attributes: Attributes): Change {
  return { type: 'present', record: record(ref, attributes) };
}

export const GROUP: ObjectRef = { system: 'entra', kind: 'group', id: 'finance' };

/** A page of one person of Entra ID. */
export function employee(id: string, more: Attributes = {}): Change {
  return present(user('entra', `entra-${id}`), {
    employeeId: id,
    mail: `${id}@contoso.com`,
    ...more,
  });
}

/** An account in the target. */
export function account(id: string, attributes: Attributes = {}): IdentityRecord {
  return record(user('ramp', id), { userName: `${id}@contoso.com`, ...attributes });
}
