/**
 * How far we follow clients that deviate from RFC 7644. Nothing of it is on unless the configuration
 * names the client, or the deviation: what one client means, another may have sent by mistake.
 */

/** Each is what a real client needs, or somebody’s suite of tests demands. */
export interface Leniency {
  /** `"True"` and `"False"` for booleans. */
  readonly textBooleans: boolean;
  /** A single value in a list of one: a manager. */
  readonly listsOfOne: boolean;
  /** A value filter that no element satisfies makes the element, where the RFC has `noTarget`. */
  readonly createsElements: boolean;
  /** `remove` with a value removes that value alone; the RFC's `remove` has none. */
  readonly removesByValue: boolean;
  /** `manager` without the URN of its extension. */
  readonly bareNames: boolean;
  /** One value without a list around it, of an attribute that has several. */
  readonly valuesForLists: boolean;
  /** Of several elements that say they are the primary one, the first is. */
  readonly severalPrimaries: boolean;
  /** `schemas` may name others than those of the type. */
  readonly unknownSchemas: boolean;
  /** `/users` for `/Users`, and `/serviceConfiguration`. */
  readonly looseAddresses: boolean;
  /** Texts of filters without their quotes. */
  readonly bareTexts: boolean;
  /** A PATCH of a group is answered with the group and its members, where the RFC allows 204 too. */
  readonly patchedGroups: boolean;
  /** A PATCH of what is no group is answered with 204, where the RFC allows the resource too. */
  readonly silentPatches: boolean;
  /** A required attribute that is missing is `invalidSyntax`; the RFC's word is `invalidValue`. */
  readonly missingIsSyntax: boolean;
  /** The `status` of an error is a number; the RFC has a text. */
  readonly statusNumbers: boolean;
  /** Nothing about paging in the configuration of the service: RFC 7643 had nothing of it. */
  readonly plainConfig: boolean;
}

/** By the name a configuration has for it. */
export const LENIENCIES: Readonly<Record<string, keyof Leniency>> = {
  'text-booleans': 'textBooleans',
  'lists-of-one': 'listsOfOne',
  'creates-elements': 'createsElements',
  'removes-by-value': 'removesByValue',
  'bare-names': 'bareNames',
  'values-for-lists': 'valuesForLists',
  'several-primaries': 'severalPrimaries',
  'unknown-schemas': 'unknownSchemas',
  'loose-addresses': 'looseAddresses',
  'bare-texts': 'bareTexts',
  'patched-groups': 'patchedGroups',
  'silent-patches': 'silentPatches',
  'missing-is-syntax': 'missingIsSyntax',
  'status-numbers': 'statusNumbers',
  'plain-config': 'plainConfig',
};

/** What each client needs, and each suite of tests demands, by the names of above; `test/conformance/` shows why. */
export const CLIENTS: Readonly<Record<string, readonly string[]>> = {
  entra: [
    'text-booleans',
    'lists-of-one',
    'creates-elements',
    'removes-by-value',
    'bare-names',
    'values-for-lists',
    'unknown-schemas',
  ],
  google: [],
  jumpcloud: ['removes-by-value'],
  'microsoft-tests': ['text-booleans', 'loose-addresses', 'bare-texts', 'silent-patches'],
  okta: [],
  onelogin: ['values-for-lists'],
  ping: ['several-primaries'],
  rippling: [],
  'scim-sanity': ['patched-groups'],
  'scim2-client': ['plain-config'],
  scimverify: ['patched-groups', 'missing-is-syntax', 'status-numbers'],
};

export const STRICT: Leniency = {
  textBooleans: false,
  listsOfOne: false,
  createsElements: false,
  removesByValue: false,
  bareNames: false,
  valuesForLists: false,
  severalPrimaries: false,
  unknownSchemas: false,
  looseAddresses: false,
  bareTexts: false,
  patchedGroups: false,
  silentPatches: false,
  missingIsSyntax: false,
  statusNumbers: false,
  plainConfig: false,
};

/** All that the clients of one system need, and what is allowed besides. */
export function leniencyFor(clients: readonly string[], more: readonly string[] = []): Leniency {
  const names = [...clients.flatMap((client) => CLIENTS[client] ?? []), ...more];
  const allowed = names.flatMap((name) => LENIENCIES[name] ?? []);
  return { ...STRICT, ...Object.fromEntries(allowed.map((key) => [key, true])) };
}

export const ENTRA: Leniency = leniencyFor(['entra']);
