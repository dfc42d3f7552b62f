/**
 * A stand-in for Ramp's SCIM service, in process: a directory with Ramp's rules behind our own
 * service provider, and beside it what a person does in Ramp by hand.
 */

import { randomBytes } from 'node:crypto';
import { openDirectory } from '../../connectors/directory/connector.ts';
import { memoryStorage } from '../../connectors/directory/memory.ts';
import type { DirectoryOptions } from '../../connectors/directory/options.ts';
import { pathOf } from '../../connectors/directory/paths.ts';
import { confirmChange } from '../../connectors/directory/postbox.ts';
import type {
  AccountState,
  DirectoryStorage,
  Mail,
  StoredObject,
} from '../../connectors/directory/storage.ts';
import { type Attributes, isReference } from '../../identity/record.ts';
import { ENTRA } from '../../scim/clients.ts';
import { readPath } from '../../scim/path.ts';
import { servedSystem } from '../../server/scim/served.ts';
import { scimService } from '../../server/scim.ts';
import { isSameHash, secretHash } from '../../server/secret.ts';
import { type FaultInput, faults } from './faults.ts';
import {
  DEPARTMENT,
  LOCATION,
  MANAGER,
  type RampSwitches,
  rampOptions,
  WORK_MAIL,
} from './rules.ts';

export interface RampSettings extends RampSwitches {
  /** Drawn when absent. */
  readonly token?: string;
  /** In memory when absent. */
  readonly storage?: DirectoryStorage;
  readonly now?: () => Date;
}

export interface RampUser {
  readonly id: string;
  readonly userName: string;
  readonly status: 'USER_ACTIVE' | 'USER_INACTIVE' | 'INVITE_PENDING' | 'USER_ONBOARDING';
  readonly email?: string;
  /** A new address that waits for the person's confirmation. */
  readonly pendingEmail?: string;
  readonly role?: string;
  readonly roleName?: string;
  readonly department?: string;
  readonly location?: string;
  readonly managerId?: string;
  readonly attributes: Attributes;
}

export interface RampStandIn {
  /** Address of the SCIM service, as Ramp's settings page would show it. */
  readonly url: string;
  readonly token: string;
  /** Reaches the stand-in without a port. */
  readonly fetch: typeof globalThis.fetch;
  users(): Promise<readonly RampUser[]>;
  mailbox(): Promise<readonly Mail[]>;
  departments(): Promise<readonly string[]>;
  locations(): Promise<readonly string[]>;
  /** The person follows the link in the verification mail. */
  confirmEmail(userName: string): Promise<void>;
  acceptInvitation(userName: string): Promise<void>;
  /** Somebody changes the account in Ramp itself; keys are attribute paths, null removes. */
  edit(
    userName: string,
    attributes: Readonly<Record<string, Attributes[string] | null>>,
  ): Promise<void>;
  fault(fault: FaultInput): void;
  clearFaults(): void;
  counters(): Readonly<Record<string, number>>;
}

const BASE_PATH = '/scim/v2';

export async function ramp(
  settings: RampSettings = {},
  origin = 'http://ramp.test',
): Promise<RampStandIn> {
  const token = settings.token ?? `ramp_${randomBytes(24).toString('base64url')}`;
  const hash = secretHash(token);
  const storage = settings.storage ?? memoryStorage();
  const now = settings.now ?? (() => new Date());
  const options = rampOptions(settings);
  const served = await servedSystem('ramp', openDirectory('ramp', options, storage, now));
  const service = scimService({
    basePath: BASE_PATH,
    authenticate: async (given) =>
      token !== '' && isSameHash(secretHash(given), hash)
        ? { tenant: 'default', system: 'ramp' }
        : undefined,
    open: async () => served,
    leniency: ENTRA,
  });
  const wrong = faults();
  const counts = new Map<string, number>();

  const answer = async (request: Request): Promise<Response> => {
    const endpoint = new URL(request.url).pathname.slice(BASE_PATH.length);
    const counter = `${request.method} /${endpoint.split('/')[1] ?? ''}`;
    counts.set(counter, (counts.get(counter) ?? 0) + 1);
    return wrong.answer(request, endpoint, async (one) => service.fetch(one));
  };

  return {
    url: origin + BASE_PATH,
    token,
    fetch: (input, init) => answer(new Request(input, init)),
    users: async () => (await all(storage)).map(userOf),
    mailbox: async () => (await storage.mails()).map(({ secret: _, ...mail }) => mail),
    departments: () => storage.listed('department'),
    locations: () => storage.listed('location'),
    confirmEmail: async (userName) => {
      const { id } = await named(storage, userName);
      const mails = await storage.mails();
      const secret = mails.findLast((mail) => mail.secret?.startsWith(`${id}.`))?.secret;
      if (secret !== undefined) await confirmChange(options, storage, now, secret);
    },
    acceptInvitation: async (userName) => {
      const { version, state, ...user } = await named(storage, userName);
      const acceptedAt = now().toISOString();
      const object = { ...user, state: { ...state, acceptedAt } };
      await storage.write({ type: 'put', object, expects: version, values: [] });
    },
    edit: (userName, attributes) => byHand(storage, options, now, userName, attributes),
    fault: wrong.add,
    clearFaults: wrong.clear,
    counters: () => Object.fromEntries(counts),
  };
}

/** Without the rules for what is sent: a person may give any role, and nobody is invited again. */
async function byHand(
  storage: DirectoryStorage,
  options: DirectoryOptions,
  now: () => Date,
  userName: string,
  attributes: Readonly<Record<string, Attributes[string] | null>>,
): Promise<void> {
  const { role, invitation: _, ...receive } = options.receive;
  const rules = { ...receive, ...(role && { role: { ...role, received: true, createOnly: [] } }) };
  const directory = openDirectory('ramp', { ...options, receive: rules }, storage, now);
  const { id } = await named(storage, userName);
  const changes = Object.entries(attributes).map(([path, value]) =>
    value === null ? { path } : { path, after: value },
  );
  await directory.update?.({ system: 'ramp', kind: 'user', id }, changes, {
    signal: AbortSignal.timeout(10_000),
  });
}

async function all(storage: DirectoryStorage): Promise<readonly StoredObject[]> {
  const { objects } = await storage.search('user', {
    count: Number.MAX_SAFE_INTEGER,
  });
  return objects;
}

async function named(storage: DirectoryStorage, userName: string): Promise<StoredObject> {
  const found = (await all(storage)).find(
    ({ attributes }) => String(attributes.userName).toLowerCase() === userName.toLowerCase(),
  );
  if (!found) throw new Error(`${userName} is not in Ramp`);
  return found;
}

function userOf({ id, attributes, state }: StoredObject): RampUser {
  const at = (path: string) => readPath(attributes, pathOf(path));
  const managedBy = at(MANAGER);
  const texts = {
    email: at(WORK_MAIL),
    pendingEmail: state.pending?.[WORK_MAIL],
    role: at('roles[primary eq true].value'),
    roleName: at('roles[primary eq true].display'),
    department: at(DEPARTMENT),
    location: at(LOCATION),
    managerId: isReference(managedBy) && 'id' in managedBy.$ref ? managedBy.$ref.id : undefined,
  };
  const known = Object.entries(texts).filter(([, value]) => typeof value === 'string');
  return {
    id,
    userName: String(attributes.userName),
    status: statusOf(attributes, state),
    ...Object.fromEntries(known),
    attributes,
  };
}

function statusOf(attributes: Attributes, state: AccountState): RampUser['status'] {
  if (attributes.active === false) return 'USER_INACTIVE';
  if (state.acceptedAt !== undefined) return 'USER_ACTIVE';
  return state.invitedAt === undefined ? 'USER_ONBOARDING' : 'INVITE_PENDING';
}
