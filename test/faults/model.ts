/** What Ramp should hold when everything has come to rest, and what the engine must never have done. */

import type { RampUser } from '../../src/emulators/ramp/ramp.ts';
import { parsePath, readPath } from '../../src/scim/path.ts';
import { planSync } from '../../src/sync/plan-verb.ts';
import { runSync } from '../../src/sync/run.ts';
import { unsent } from '../../src/sync/status.ts';
import type { Company } from './company.ts';
import type { Human, World } from './world.ts';

/** How every access token begins: {"alg": */
const ACCESS_TOKEN = 'eyJhbGciOi';

export async function wrongs(company: Company): Promise<readonly string[]> {
  const { world } = company;
  const found: string[] = [];
  const refused = new Set<string>();
  for await (const { label } of unsent(company.engine())) refused.add(label);
  for (const human of world.humans) found.push(...(await wrongsOf(human, world, refused)));
  // An account that somebody made by hand is taken over, not made again.
  const active = (await world.target.users()).filter(({ status }) => status !== 'USER_INACTIVE');
  for (const { userName } of active.filter(({ attributes }) => !attributes.externalId)) {
    const same = active.filter((other) => other.userName === userName);
    if (same.length > 1) found.push(`two accounts are called ${userName}`);
  }
  found.push(...(await plansAgain(company)), ...(await tells(company)));
  return found;
}

async function wrongsOf(
  human: Human,
  world: World,
  refused: ReadonlySet<string>,
): Promise<readonly string[]> {
  const accounts = await world.accountsOf(human);
  const [account, ...others] = accounts;
  const name = `${human.nick} (${human.upn})`;
  for (const nick of human.formerNicks) {
    const left = (await world.accountsOf({ nick })).filter(
      ({ status }) => status !== 'USER_INACTIVE',
    );
    if (left.length > 0) return [`${nick} is gone for good and is active`];
  }
  if (others.length > 0) return [`${name} has ${accounts.length} accounts`];
  const access = world.shouldHaveAccess(human);
  if (!access) {
    if (account === undefined || account.status === 'USER_INACTIVE') return [];
    return [`${name} should have no access and is ${account.status}`];
  }
  if (account === undefined) {
    if (human.department === undefined && refused.has(human.upn)) return [];
    if (refused.has(human.upn) && (await isHeldByAnother(human, world, refused))) return [];
    return [`${name} should have an account and has none`];
  }
  const active = account.status !== 'USER_INACTIVE';
  if (human.deactivatedByHand) {
    if (!active || human.released) return [];
    return [`${name} was deactivated by hand and is ${account.status}`];
  }
  // Without what the target requires nothing is written: the account stays as it was.
  if (human.department === undefined) {
    return refused.has(human.upn) ? [] : [`${name} lacks a department, and nobody is told`];
  }
  if (refused.has(human.upn) && (await isHeldByAnother(human, world, refused))) return [];
  if (!active) return [`${name} should have access and is inactive`];
  // Two who exchange their names: whatever else changes comes with the name, once a person has helped.
  if (human.swapped) return [];
  return differences(human, account, world).then((all) => all.map((each) => `${name}: ${each}`));
}

/**
 * The name is that of an account of somebody who left, or came back as another person, or exchanges
 * names with somebody, or was turned off by hand and is left alone, or waits herself for a name that is
 * held like this: nothing proves whose it is, and the target gives a name once only.
 *
 * @param behind Who waits for this one; names that go round in a circle need a person's help as well.
 */
async function isHeldByAnother(
  human: Human,
  world: World,
  refused: ReadonlySet<string>,
  behind: ReadonlySet<Human> = new Set(),
): Promise<boolean> {
  if (behind.has(human)) return true;
  const { nick, upn, swapped } = human;
  const holders = (await world.target.users()).filter(
    ({ userName, email, pendingEmail, attributes }) =>
      attributes.externalId !== nick && [userName, email, pendingEmail].includes(upn),
  );
  for (const { attributes } of holders) {
    const owner = world.humans.find((each) => each.nick === attributes.externalId);
    if (
      swapped ||
      owner === undefined ||
      owner.deactivatedByHand ||
      !world.shouldHaveAccess(owner) ||
      owner.department === undefined
    ) {
      return true;
    }
    if (!refused.has(owner.upn)) continue;
    if (await isHeldByAnother(owner, world, refused, new Set([...behind, human]))) return true;
  }
  return false;
}

async function differences(
  human: Human,
  account: RampUser,
  world: World,
): Promise<readonly string[]> {
  const found: string[] = [];
  const expect = (what: string, held: unknown, ...allowed: readonly unknown[]) => {
    if (!allowed.includes(held)) found.push(`${what} is ${held}, not ${allowed.join(' or ')}`);
  };
  const at = (text: string) => {
    const parsed = parsePath(text);
    return parsed.ok ? readPath(account.attributes, parsed.value) : undefined;
  };
  expect('userName', account.userName, human.upn);
  expect('e-mail', account.pendingEmail ?? account.email, human.upn);
  expect('given name', at('name.givenName'), `Given${human.number}`);
  expect('family name', at('name.familyName'), human.surname);
  expect('location', account.location, human.city);
  // What somebody wrote there by hand stays until the source changes or the target is reconciled.
  expect('department', account.department, human.department, ...human.edits);
  const { manager } = human;
  if (manager === undefined) expect('manager', account.managerId, undefined);
  else if (manager.life === 'live') {
    const [theirs] = await world.accountsOf(manager);
    if (theirs !== undefined) expect('manager', account.managerId, theirs.id);
  }
  return found;
}

/** With everybody looked at once more there is nothing to do, and a full run writes nothing. */
async function plansAgain(company: Company): Promise<readonly string[]> {
  const found: string[] = [];
  // Names that the target will not give are tried again, as they should be.
  const waiting = await Array.fromAsync(company.engine().warehouse.dueRows('ramp'));
  if (waiting.length > 0) return [];
  const report = await company.verb(async (engine, watch) => {
    await engine.warehouse.makeEverybodyDue('ramp', 'reconcile');
    return planSync(engine, {}, watch);
  });
  const counts = report.targets[0]?.plan?.counts ?? {};
  if (Object.keys(counts).length > 0) found.push(`planned again: ${JSON.stringify(counts)}`);
  const before = company.writes();
  await company.verb((engine, watch) =>
    runSync(engine, { trigger: 'schedule', full: true }, watch),
  );
  const written = company.writes() - before;
  if (written > 0) found.push(`a run with nothing to do wrote ${written} times`);
  return found;
}

/** No secret in anything that is stored or said. */
async function tells({ store, said, secrets }: Company): Promise<readonly string[]> {
  const stored = await store.text();
  const spoken = said.join('\n');
  return [...secrets, ACCESS_TOKEN].flatMap((secret) => [
    ...(stored.includes(secret) ? [`the store holds the secret ${around(stored, secret)}`] : []),
    ...(spoken.includes(secret) ? [`it said the secret ${around(spoken, secret)}`] : []),
  ]);
}

function around(text: string, secret: string): string {
  const at = text.indexOf(secret);
  return text.slice(Math.max(0, at - 120), at + 60);
}
