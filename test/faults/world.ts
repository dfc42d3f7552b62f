/**
 * A small Contoso and what happens in it: people come, change, leave and return in Entra ID, and
 * somebody works in Ramp by hand. It knows what is true at any moment, whatever the engine knows.
 */

import { createGraph, type GraphEmulator } from '../../src/emulators/graph/graph.ts';
import { registerRamp } from '../../src/emulators/graph/seed/ramp.ts';
import { type RampStandIn, type RampUser, ramp } from '../../src/emulators/ramp/ramp.ts';
import { DEPARTMENT } from '../../src/emulators/ramp/rules.ts';

/** People and groups are named by number, so that a history keeps its sense when parts are left out. */
export type Event =
  | {
      readonly type: 'hire';
      readonly via: 'direct' | 'group' | 'nothing';
      readonly manager?: number;
      readonly department?: number;
    }
  | { readonly type: 'rename'; readonly who: number }
  | { readonly type: 'swap-names' | 'take-name'; readonly who: number; readonly with: number }
  | { readonly type: 'move'; readonly who: number; readonly to: number }
  | { readonly type: 'lose-department'; readonly who: number }
  | { readonly type: 'manager'; readonly who: number; readonly manager: number }
  | { readonly type: 'no-manager'; readonly who: number }
  | { readonly type: 'disable' | 'enable'; readonly who: number }
  | { readonly type: 'delete' | 'restore' | 'rehire'; readonly who: number }
  | { readonly type: 'assign' | 'unassign'; readonly who: number }
  | { readonly type: 'join' | 'leave'; readonly who: number; readonly group: number }
  | { readonly type: 'group-assign' | 'group-unassign'; readonly group: number }
  | { readonly type: 'edit-by-hand'; readonly who: number; readonly to: number }
  | { readonly type: 'deactivate-by-hand'; readonly who: number }
  | { readonly type: 'confirm-address'; readonly who: number }
  /** Before the directory knew them, somebody made an account for the person with this number. */
  | { readonly type: 'account-by-hand'; readonly number: number };

export interface Human {
  readonly number: number;
  /** Stays as long as the directory's object, so that the account can be told whatever it is called. */
  nick: string;
  /** Of objects that are gone for good; whoever returns as another object is somebody else. */
  readonly formerNicks: string[];
  /** What the directory calls the present object. */
  id: string;
  upn: string;
  surname: string;
  department: string | undefined;
  city: string;
  enabled: boolean;
  life: 'live' | 'deleted';
  manager: Human | undefined;
  assignment: string | undefined;
  readonly groups: Set<number>;
  /** Somebody turned the account off in Ramp, and nobody has let it go since. */
  deactivatedByHand: boolean;
  /** A person said that the account may be enabled again. */
  released: boolean;
  /** They exchanged names with somebody: where names are unique, a person has to help. */
  swapped: boolean;
  /** Departments that were written into the account by hand. */
  readonly edits: Set<string>;
}

export interface World {
  readonly graph: GraphEmulator;
  readonly target: RampStandIn;
  readonly clientId: string;
  readonly uniqueness: boolean;
  readonly humans: readonly Human[];
  happen(event: Event): Promise<void>;
  shouldHaveAccess(human: Human): boolean;
  accountsOf({ nick }: Pick<Human, 'nick'>): Promise<readonly RampUser[]>;
}

export interface WorldOptions {
  readonly now: () => Date;
  readonly lagSeconds: number;
  readonly uniqueness: boolean;
  readonly secret: string;
  readonly token: string;
}

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const DOMAIN = 'contoso.com';
const MOST_PEOPLE = 12;
const GROUPS = 2;
const CITIES = ['Zurich', 'London', 'Austin', 'Boston'];
const DEPARTMENTS = ['R&D', 'Sales', 'Finance', 'Legal'];

export async function openWorld(options: WorldOptions): Promise<World> {
  const { now, lagSeconds, uniqueness, secret, token } = options;
  const graph = createGraph({
    now: () => now().getTime(),
    domain: DOMAIN,
    seed: 'faults',
    checkBodies: false,
  });
  const { control } = graph;
  const permissions = ['User.Read.All', 'GroupMember.Read.All', 'Application.Read.All'];
  const registration = { displayName: 'Lockstep', secret, permissions };
  const { appId: clientId = '' } = control.act({ act: 'register-application', ...registration });
  const { servicePrincipalId: resource } = registerRamp(graph.tenant);
  const target = await ramp({ now, token, visibilityLagSeconds: lagSeconds, uniqueness });

  const groups = Array.from({ length: GROUPS }, (_, number) => {
    const name = `team-${number}`;
    const { id } = control.act({
      act: 'create',
      type: 'group',
      properties: {
        displayName: name,
        mailEnabled: false,
        mailNickname: name,
        securityEnabled: true,
      },
    });
    return { id, assignment: assign(id) as string | undefined };
  });
  const humans: Human[] = [];
  let names = 0;

  function assign(principal: string): string {
    return control.act({ act: 'assign-app-role', principal, resource }).id;
  }

  function create(human: Human): void {
    human.id = control.act({
      act: 'create',
      type: 'user',
      properties: {
        userPrincipalName: human.upn,
        mail: human.upn,
        mailNickname: human.nick,
        givenName: `Given${human.number}`,
        surname: human.surname,
        displayName: human.nick,
        accountEnabled: human.enabled,
        city: human.city,
        ...(human.department !== undefined && { department: human.department }),
      },
    }).id;
  }

  function update(human: Human, properties: Readonly<Record<string, unknown>>): void {
    control.act({ act: 'update', id: human.id, properties });
  }

  function rename(human: Human, upn: string): void {
    human.upn = upn;
    update(human, { userPrincipalName: upn, mail: upn });
  }

  /** A name that nobody has, and nobody had. */
  function fresh({ nick }: Human): string {
    return `${nick}-${++names}@${DOMAIN}`;
  }

  function setManager(human: Human, manager: Human | undefined): void {
    if (manager === human || manager?.life === 'deleted') return;
    if (manager === undefined) {
      if (human.manager === undefined || human.manager.life !== 'live') return;
      control.act({ act: 'clear-manager', id: human.id });
    } else control.act({ act: 'set-manager', id: human.id, manager: manager.id });
    human.manager = manager;
  }

  function hire(event: Event & { readonly type: 'hire' }): void {
    if (humans.length >= MOST_PEOPLE) return;
    const number = humans.length;
    const nick = `person${number}`;
    const human: Human = {
      number,
      nick,
      formerNicks: [],
      id: '',
      upn: `${nick}@${DOMAIN}`,
      surname: `Surname${number}`,
      department: DEPARTMENTS[event.department ?? -1],
      city: CITIES[number % CITIES.length] ?? '',
      enabled: true,
      life: 'live',
      manager: undefined,
      assignment: undefined,
      groups: new Set(),
      deactivatedByHand: false,
      released: false,
      swapped: false,
      edits: new Set(),
    };
    create(human);
    humans.push(human);
    if (event.manager !== undefined) setManager(human, humans[event.manager % humans.length]);
    if (event.via === 'direct') human.assignment = assign(human.id);
    if (event.via === 'group') join(human, number % GROUPS);
  }

  function join(human: Human, group: number): void {
    const { id } = groups[group] ?? { id: '' };
    if (human.groups.has(group)) return;
    control.act({ act: 'add-member', group: id, member: human.id });
    human.groups.add(group);
  }

  async function inPerson(event: Event & { readonly who: number }): Promise<void> {
    const human = humans[event.who % Math.max(1, humans.length)];
    if (human === undefined) return;
    const live = human.life === 'live';
    switch (event.type) {
      case 'restore': {
        if (live || humans.some(({ upn, life }) => upn === human.upn && life === 'live')) return;
        control.act({ act: 'restore', id: human.id });
        human.life = 'live';
        return;
      }
      case 'rehire': {
        if (live) return;
        control.act({ act: 'purge', id: human.id });
        human.life = 'live';
        human.manager = undefined;
        human.groups.clear();
        human.formerNicks.push(human.nick);
        human.nick = `person${human.number}again${human.formerNicks.length}`;
        human.deactivatedByHand = false;
        human.released = false;
        for (const other of humans) if (other.manager === human) other.manager = undefined;
        create(human);
        human.assignment = assign(human.id);
        return;
      }
      case 'edit-by-hand':
      case 'deactivate-by-hand':
      case 'confirm-address':
        return byHand(human, event);
      default:
        if (live) inDirectory(human, event);
    }
  }

  function inDirectory(human: Human, event: Event & { readonly who: number }): void {
    switch (event.type) {
      case 'rename':
        human.surname = `${human.surname}x`.slice(0, 40);
        update(human, { surname: human.surname });
        rename(human, fresh(human));
        return;
      case 'swap-names': {
        const other = humans[event.with % humans.length];
        if (other === undefined || other === human || other.life !== 'live') return;
        const [mine, theirs] = [human.upn, other.upn];
        human.swapped = true;
        other.swapped = true;
        rename(human, `between-${human.nick}@${DOMAIN}`);
        rename(other, mine);
        rename(human, theirs);
        return;
      }
      case 'take-name': {
        const other = humans[event.with % humans.length];
        if (other === undefined || other === human || other.life !== 'live') return;
        const { upn } = other;
        rename(other, fresh(other));
        rename(human, upn);
        return;
      }
      case 'move':
        human.city = CITIES[event.to % CITIES.length] ?? '';
        human.department = DEPARTMENTS[(event.to >> 2) % DEPARTMENTS.length];
        update(human, { city: human.city, department: human.department ?? null });
        return;
      case 'lose-department':
        human.department = undefined;
        update(human, { department: null });
        return;
      case 'manager':
        setManager(human, humans[event.manager % humans.length]);
        return;
      case 'no-manager':
        setManager(human, undefined);
        return;
      case 'disable':
      case 'enable':
        human.enabled = event.type === 'enable';
        update(human, { accountEnabled: human.enabled });
        return;
      case 'delete':
        human.life = 'deleted';
        control.act({ act: 'delete', id: human.id });
        return;
      case 'assign':
        human.assignment ??= assign(human.id);
        return;
      case 'unassign':
        if (human.assignment === undefined) return;
        control.act({ act: 'unassign-app-role', id: human.assignment });
        human.assignment = undefined;
        return;
      case 'join':
        join(human, event.group % GROUPS);
        return;
      case 'leave': {
        const group = event.group % GROUPS;
        if (!human.groups.delete(group)) return;
        control.act({ act: 'remove-member', group: groups[group]?.id ?? '', member: human.id });
      }
    }
  }

  async function accountByHand(number: number): Promise<void> {
    const userName = `person${number}@${DOMAIN}`;
    const answer = await target.fetch(`${target.url}/Users`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/scim+json' },
      body: JSON.stringify({
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ENTERPRISE],
        userName,
        name: { givenName: 'Early', familyName: 'Bird' },
        emails: [{ type: 'work', value: userName, primary: true }],
        addresses: [{ type: 'work', locality: 'Paris' }],
        [ENTERPRISE]: { department: 'Founders' },
      }),
    });
    if (!answer.ok) throw new Error(`${userName}: ${answer.status} ${await answer.text()}`);
  }

  async function byHand(human: Human, event: Event & { readonly who: number }): Promise<void> {
    const [account] = await accountsOf(human);
    if (account === undefined) return;
    switch (event.type) {
      case 'edit-by-hand': {
        const department = `By hand ${event.to}`;
        await target.edit(account.userName, { [DEPARTMENT]: department });
        human.edits.add(department);
        return;
      }
      case 'deactivate-by-hand':
        if (account.status === 'USER_INACTIVE') return;
        await target.edit(account.userName, { active: false });
        human.deactivatedByHand = true;
        human.released = false;
        return;
      case 'confirm-address':
        if (account.pendingEmail !== undefined) await target.confirmEmail(account.userName);
    }
  }

  async function accountsOf({ nick }: Pick<Human, 'nick'>): Promise<readonly RampUser[]> {
    return (await target.users()).filter(({ attributes }) => attributes.externalId === nick);
  }

  return {
    graph,
    target,
    clientId,
    uniqueness,
    humans,
    accountsOf,
    shouldHaveAccess: ({ life, enabled, assignment, groups: theirs }) =>
      life === 'live' &&
      enabled &&
      (assignment !== undefined ||
        [...theirs].some((group) => groups[group]?.assignment !== undefined)),
    happen: async (event) => {
      switch (event.type) {
        case 'hire':
          return hire(event);
        case 'account-by-hand':
          return accountByHand(event.number);
        case 'group-assign':
        case 'group-unassign': {
          const group = groups[event.group % GROUPS];
          if (group === undefined) return;
          if (event.type === 'group-assign') group.assignment ??= assign(group.id);
          else if (group.assignment !== undefined) {
            control.act({ act: 'unassign-app-role', id: group.assignment });
            group.assignment = undefined;
          }
          return;
        }
        default:
          return inPerson(event);
      }
    },
  };
}
