/** What rules are now, against what they were when the warehouse was last opened. */

import { HISTORY } from './histories.ts';
import { markEverybody, SOURCES } from './markers.ts';
import { isOfGroups, noticeChangedGroups } from './rule-groups-anew.ts';
import { rulebook } from './rulebook.ts';
import type { WarehouseStore } from './storage.ts';
import type { WarehouseRules } from './warehouse.ts';

/** Whoever is concerned by rules that changed since the warehouse was last opened is looked at again. */
export async function noticeChangedRules(
  store: WarehouseStore,
  rules: WarehouseRules,
  now: number,
): Promise<void> {
  const book = rulebook(rules);
  const sources = JSON.stringify([
    book.indexed,
    rules.sources.map(({ map: _, modified: _told, authoritative: _say, ...rule }) => rule),
    ...Object.entries(rules.identity ?? {}).map(([kind, { fingerprint }]) => [kind, fingerprint]),
    // Accounts are found by them too, also those read before.
    ...rules.targets.flatMap(({ system, kind, unique = {} }) =>
      Object.keys(unique).map((path) => `${system}/${kind}/${path}`),
    ),
  ]);
  const readRaw = [
    ...rules.targets.flatMap(({ inputs }) => inputs),
    ...Object.values(rules.identity ?? {}).flatMap(({ raw }) => raw),
  ];
  // What a source was not asked for before is missing from its records: it is read in full again.
  const asked = rules.sources.map(({ system, kind, map, modified }) => {
    const raw = readRaw.filter((input) => input.startsWith(`${system}/`));
    const told = modified?.inputs ?? [];
    const names = [...new Set([...map.inputs, ...told, ...raw])].toSorted();
    return { system, kind, name: `asked/${system}/${kind}`, value: JSON.stringify(names) };
  });
  const current = new Map<string, string>([
    ...asked.map(({ name, value }) => [name, value] as const),
    [SOURCES.name, sources],
    ...rules.targets.map(
      (target) => [`target/${target.system}/${target.kind}`, target.fingerprint] as const,
    ),
  ]);
  const known = await store.fingerprints();
  await noticeChangedGroups(store, rules, known);
  const isEmpty = !(await store.anyIdentity());
  current.set(HISTORY, known.get(HISTORY) ?? String(isEmpty ? 0 : now));
  for (const [name, value] of current) {
    if (known.get(name) === value) continue;
    await store.setFingerprint(name, value);
    const source = asked.find((each) => each.name === name);
    if (source) {
      if (known.has(name)) await store.setWatermark(source.system, source.kind);
      continue;
    }
    if (isEmpty) continue;
    if (name === SOURCES.name) {
      await store.saveMarker({ ...SOURCES, cause: 'configuration', cursor: '' });
      continue;
    }
    const target = rules.targets.find(({ system, kind }) => name === `target/${system}/${kind}`);
    if (target) {
      const only = { store, book: rulebook({ ...rules, targets: [target] }) };
      await markEverybody(only, target.system, 'configuration');
    }
  }
  // A target that is configured again later has missed what changed meanwhile.
  for (const name of known.keys()) {
    if (!current.has(name) && !isOfGroups(name)) await store.setFingerprint(name, undefined);
  }
}
