import type { Dialect } from '../database.ts';
import type { Migration } from './migration.ts';

/**
 * Assumes nothing of earlier tables. Entries are inserted and read; the database itself refuses to
 * change one, and to delete any beyond those that the head says were pruned.
 */
export const audit0510: Migration = {
  name: '0510-audit',
  tables: [
    {
      name: 'audit_entry',
      columns: [
        'number bigint not null',
        'at bigint not null',
        'actor text not null',
        'action text not null',
        'digest text not null',
        'previous text not null',
        'hash text not null',
      ],
      key: ['number'],
      indexes: [{ name: 'audit_entry_hash', columns: ['hash'] }],
    },
    {
      // Whom and what an entry is about; lies apart, so that a person can be erased.
      name: 'audit_payload',
      columns: [
        'number bigint not null',
        'salt text not null',
        'subject text',
        'person text',
        'detail text not null',
      ],
      key: ['number'],
      indexes: [{ name: 'audit_payload_person', columns: ['person'], where: 'person is not null' }],
    },
    {
      // One row: where the chain ends. Whoever appends holds it until the transaction has ended.
      name: 'audit_head',
      columns: [
        'name text not null',
        'number bigint not null',
        'hash text not null',
        'pruned bigint not null',
        'config_version text',
      ],
      key: ['name'],
    },
  ],
  statements: (dialect) => KEPT[dialect],
};

const KEPT: Readonly<Record<Dialect, readonly string[]>> = {
  sqlite: [
    `create trigger audit_entry_unchanged before update on audit_entry
       begin select raise(abort, 'audit entries are not changed'); end`,
    `create trigger audit_payload_unchanged before update on audit_payload
       begin select raise(abort, 'audit entries are not changed'); end`,
    `create trigger audit_entry_kept before delete on audit_entry
       when old.number > coalesce((select max(pruned) from audit_head), 0)
       begin select raise(abort, 'audit entries are not deleted'); end`,
  ],
  postgres: [
    `create function audit_kept() returns trigger language plpgsql as $$
     begin
       if tg_op = 'DELETE' and old.number <= coalesce(
         (select max(pruned) from lockstep.audit_head where tenant = old.tenant), 0)
       then return old; end if;
       raise exception 'audit entries are kept as they are';
     end $$`,
    `create trigger audit_entry_kept before update or delete on audit_entry
       for each row execute function audit_kept()`,
    `create trigger audit_payload_unchanged before update on audit_payload
       for each row execute function audit_kept()`,
    // The role that works may not delete. It may ask for this, which the trigger above still watches;
    // an owner that is a superuser would see past the policies, so the tenant is named.
    `create function prune_audit() returns bigint language plpgsql security definer
       set search_path = lockstep, pg_temp as $$
     declare gone bigint;
     begin
       delete from audit_entry where tenant = current_setting('lockstep.tenant') and number <= (
         select pruned from audit_head where tenant = current_setting('lockstep.tenant'));
       get diagnostics gone = row_count;
       return gone;
     end $$`,
    'revoke all on function prune_audit() from public',
  ],
};
