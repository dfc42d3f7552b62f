/** The post of `lockstep serve`: mails of served systems are delivered, and answers to them taken. */

import { createTransport } from 'nodemailer';
import type { Configuration } from '../config/configuration.ts';
import type { Letter, Postbox } from '../connectors/spi/index.ts';
import type { Tenant } from '../identity/identity.ts';
import type { SystemName } from '../identity/record.ts';
import { confirmService } from '../server/confirm.ts';
import type { Engine } from '../sync/engine.ts';

/** Of one tenant. */
export interface Post {
  /** Systems that write mails. */
  readonly systems: ReadonlySet<SystemName>;
  confirm(system: SystemName, token: string): Promise<boolean>;
  /** Delivers until it is told to stop. */
  deliver(): Promise<void>;
}

const PAUSE_MILLISECONDS = 2_000;
const LETTERS_AT_ONCE = 50;

interface Surroundings {
  readonly tenant: Tenant;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
  readonly onBug: (error: unknown) => void;
}

export function postOf(
  configuration: Configuration,
  engine: Engine,
  surroundings: Surroundings,
): Post {
  const systems = new Set(writers(configuration));
  const postboxOf = async (name: SystemName): Promise<Postbox | undefined> =>
    (await engine.connector(name)).postbox;
  return {
    systems,
    confirm: async (system, token) =>
      systems.has(system) && ((await (await postboxOf(system))?.confirm(token)) ?? false),
    deliver: async () => {
      const { signal, onBug } = surroundings;
      while (!signal.aborted && systems.size > 0) {
        for (const system of systems) {
          const postbox = await postboxOf(system).catch(onBug);
          if (postbox) await deliver(system, postbox, surroundings).catch(onBug);
        }
        await engine.sleep(PAUSE_MILLISECONDS, signal).catch(() => undefined);
      }
    },
  };
}

/** Systems that have a mail server of theirs. */
export function writers({ systems }: Configuration): readonly SystemName[] {
  return systems.flatMap(({ name, options }) =>
    typeof options === 'object' && options !== null && 'mail' in options ? [name] : [],
  );
}

/** One address for the answers of all tenants. */
export function confirmations(
  find: (tenant: Tenant) => Promise<{ readonly post: Post } | undefined>,
  onBug: (error: unknown) => void,
): ReturnType<typeof confirmService> {
  return confirmService(
    async ({ tenant, system, token }) =>
      (await (await find(tenant))?.post.confirm(system, token)) ?? false,
    onBug,
  );
}

/** One round. A mail whose delivery could not be noted comes twice rather than never. */
async function deliver(
  system: SystemName,
  postbox: Postbox,
  { tenant, log }: Surroundings,
): Promise<void> {
  const address = `${postbox.address.replace(/\/$/, '')}/confirm/${tenant}/${system}`;
  const link = (token: string): string => `${address}/${token}`;
  const letters = await postbox.waiting(LETTERS_AT_ONCE, link);
  if (letters.length === 0) return;
  const transport = createTransport(postbox.server);
  try {
    for (const letter of letters) {
      const failure = await sent(transport, letter);
      if (failure === undefined) await postbox.delivered(letter);
      else {
        log(`${system}: a mail to ${letter.to} was not taken: ${failure}`);
        await postbox.failed(letter);
      }
    }
  } finally {
    transport.close();
  }
}

/** @returns Why it was not taken. */
async function sent(
  transport: ReturnType<typeof createTransport>,
  { from, to, subject, text }: Letter,
): Promise<string | undefined> {
  // Nothing of a mail is read from files or addresses that its text might name.
  const safely = { disableFileAccess: true, disableUrlAccess: true };
  // One address, whatever stands in it: what looks like a list would go to all of them.
  const content = { from, to: { name: '', address: to }, subject, text, ...safely };
  return transport.sendMail(content).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}
