/**
 * Whether an application may write what it is to write. Nothing is written to find out: the token says which
 * permissions somebody consented to.
 */

import type { CheckFinding, Writing } from '../spi/index.ts';
import type { TokenSource } from './token.ts';
import { isObject } from './translate.ts';

interface Need {
  readonly subject: string;
  /** Any one of them; the first is the least that allows it. */
  readonly permissions: readonly string[];
  /** Only where a client sends it, which nobody knows before. */
  readonly maybe?: boolean;
}

const PEOPLE = ['User.ReadWrite.All', 'Directory.ReadWrite.All'];
const GROUPS = ['Group.ReadWrite.All', 'Directory.ReadWrite.All'];

/** What lies beside people, by the beginning of its path. */
const BESIDE: readonly (readonly [path: string, permissions: readonly string[]])[] = [
  ['employeeLeaveDateTime', ['User-LifeCycleInfo.ReadWrite.All']],
  ['passwordProfile', ['User-PasswordProfile.ReadWrite.All']],
  ['automaticRepliesSetting', ['MailboxSettings.ReadWrite']],
  ['photo', ['ProfilePhoto.ReadWrite.All', 'User.ReadWrite.All']],
];

/** @param writes None, or what is written of each kind. */
export async function writeFindings(
  tokens: TokenSource,
  writes: readonly Writing[],
  signal: AbortSignal,
): Promise<readonly CheckFinding[]> {
  const needs = writes.flatMap(needsOf);
  if (needs.length === 0) return [];
  const granted = rolesIn(await tokens.token(signal));
  if (granted === undefined)
    return [
      {
        subject: 'writing',
        status: 'warning',
        message: 'cannot be told: the token does not say which permissions it has',
        remedy: 'See API permissions of the app registration, or of the managed identity.',
      },
    ];
  return needs.map((need) => findingOf(need, granted));
}

function needsOf({ kind, attributes, actions }: Writing): readonly Need[] {
  if (kind === 'group') return [{ subject: 'writing groups', permissions: GROUPS }];
  if (kind !== 'user') return [];
  const isSwitch = actions?.every((action) => action === 'disable') ?? false;
  if (isSwitch)
    return [
      {
        subject: 'turning accounts off',
        permissions: ['User.EnableDisableAccount.All', ...PEOPLE],
      },
      { subject: 'ending sessions', permissions: ['User.RevokeSessions.All', ...PEOPLE] },
    ];
  const beside = BESIDE.flatMap(([path, permissions]): readonly Need[] => {
    const subject = `writing ${path}`;
    if (attributes === undefined) return [{ subject, permissions, maybe: true }];
    // A new account gets its password with the permission that makes it.
    const isAsked = attributes.some((one) => one === path || one.startsWith(`${path}.`));
    const isLater = path !== 'passwordProfile' || (actions?.includes('update') ?? true);
    return isAsked && isLater ? [{ subject, permissions }] : [];
  });
  return [{ subject: 'writing users', permissions: PEOPLE }, ...beside];
}

function findingOf(
  { subject, permissions, maybe = false }: Need,
  granted: ReadonlySet<string>,
): CheckFinding {
  const held = permissions.find((permission) => granted.has(permission));
  if (held !== undefined) return { subject, status: 'ok', message: `allowed by ${held}` };
  const [least = ''] = permissions;
  const membersOnly = permissions === GROUPS && granted.has('GroupMember.ReadWrite.All');
  return {
    subject,
    status: maybe || membersOnly ? 'warning' : 'failed',
    message: membersOnly
      ? `their members alone can be written: the application permission ${least} is missing`
      : `the application permission ${least} is missing, or nobody consented to it`,
    remedy: `Add ${least} under API permissions, application permissions, and grant admin consent.`,
  };
}

/** @returns Undefined where the token is not one that can be read: only Graph is meant to. */
function rolesIn(token: string): ReadonlySet<string> | undefined {
  try {
    const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8');
    const claims: unknown = JSON.parse(payload);
    if (!isObject(claims)) return undefined;
    const { roles } = claims;
    // An application that nobody consented to has none, and then the claim is left out.
    return new Set(Array.isArray(roles) ? roles.map(String) : []);
  } catch {
    return undefined;
  }
}
