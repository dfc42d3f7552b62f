import type { Dialect } from '../database.ts';
import type { Migration } from './migration.ts';

/**
 * Assumes the objects of 0100, and of their JSON that it is an object. Both columns are those of `NamesBeside`;
 * an object without them is looked at before it is told.
 */
export const directoryNames0740: Migration = {
  name: '0740-directory-names',
  statements: (dialect) => [
    'alter table directory_object add column extensions text',
    'alter table directory_object add column further text',
    ...filled(dialect, [
      `update directory_object set
         extensions = coalesce(${names(dialect, '> 0')}, ''),
         further = coalesce(${names(
           dialect,
           `= 0 and not (kind = 'user' and ${name(dialect)} in (${USER})
           or kind = 'group' and ${name(dialect)} in ('displayName', 'externalId'))`,
         )}, '')`,
    ]),
  ],
};

/** The names of a user that say nothing, as this migration found them. */
const USER = [
  ...['userName', 'name', 'displayName', 'nickName', 'profileUrl', 'title', 'userType'],
  ...['preferredLanguage', 'locale', 'timezone', 'active', 'emails', 'phoneNumbers', 'ims'],
  ...['photos', 'addresses', 'entitlements', 'roles', 'x509Certificates', 'externalId'],
]
  .map((each) => `'${each}'`)
  .join(', ');

function name(dialect: Dialect): string {
  return dialect === 'sqlite' ? 'key' : 'held.key';
}

/** As they stand in a JSON list behind another; of those with so many colons. */
function names(dialect: Dialect, colons: string): string {
  return dialect === 'sqlite'
    ? `(select group_concat(',' || json_quote(key), '') from json_each(attributes)
        where instr(key, ':') ${colons})`
    : `(select string_agg(',' || to_json(held.key)::text, '')
        from json_object_keys(attributes::json) as held (key)
        where strpos(held.key, ':') ${colons})`;
}

/** Of every tenant: the owner of the table is let past the wall, and only while it is filled. */
function filled(dialect: Dialect, statements: readonly string[]): readonly string[] {
  if (dialect === 'sqlite') return statements;
  return [
    'alter table directory_object no force row level security',
    ...statements,
    'alter table directory_object force row level security',
  ];
}
