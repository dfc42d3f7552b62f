import type { Migration } from './migration.ts';

/**
 * Assumes an empty store. Flags are 0 and 1, instants milliseconds, values JSON text. Ids of other
 * systems stand in columns of their own beside the system they come from, and are never a key of
 * ours; `identity` is always ours.
 */
export const warehouse0001: Migration = {
  name: '0001-warehouse',
  tables: [
    {
      // The connector space: the last record of every object in every system. `asked`, `answered`,
      // `disabled_at` and `deleted` belong to accounts of targets.
      name: 'record',
      columns: [
        'system text not null',
        'kind text not null',
        'id text not null',
        'attributes text not null',
        'version text',
        'present bigint not null',
        'recoverable bigint not null default 0',
        'identity text',
        // The last reading that showed it and had to save it.
        'seen bigint not null default 0',
        'asked text',
        'answered text',
        'disabled_at bigint',
        'deleted bigint not null default 0',
        // Counted often, so that the count must come from an index alone.
        `managed bigint generated always as (
          case when identity is not null and present = 1 and deleted = 0 then 1 else 0 end) stored`,
      ],
      key: ['system', 'kind', 'id'],
      indexes: [
        {
          // One account for one identity, whatever the code above believes.
          name: 'record_identity',
          columns: ['identity', 'system', 'kind'],
          unique: true,
          where: 'identity is not null',
        },
        { name: 'record_standing', columns: ['system', 'kind', 'present', 'managed'] },
      ],
    },
    {
      // Values by which accounts of targets are matched.
      name: 'record_key',
      columns: [
        'system text not null',
        'kind text not null',
        'key text not null',
        'id text not null',
      ],
      key: ['system', 'kind', 'key', 'id'],
      narrow: true,
    },
    {
      // Join keys of records that belong to nobody yet.
      name: 'unjoined',
      columns: [
        'key text not null',
        'system text not null',
        'kind text not null',
        'id text not null',
      ],
      key: ['key', 'system', 'kind', 'id'],
      narrow: true,
      indexes: [{ name: 'unjoined_record', columns: ['system', 'kind', 'id'] }],
    },
    {
      name: 'identity',
      columns: [
        'id text not null',
        'kind text not null',
        'attributes text not null',
        'origins text not null',
        'present bigint not null',
      ],
      key: ['id'],
    },
    {
      name: 'identity_key',
      columns: ['key text not null', 'identity text not null'],
      key: ['key', 'identity'],
      narrow: true,
    },
    {
      // References of identities by whom they wait for; `referred` once that is somebody we know.
      name: 'edge',
      columns: [
        'identity text not null',
        'attribute text not null',
        'referent text not null',
        'referred text',
      ],
      key: ['identity', 'attribute', 'referent'],
      narrow: true,
      indexes: [
        { name: 'edge_referent', columns: ['referent'] },
        { name: 'edge_referred', columns: ['referred'], where: 'referred is not null' },
      ],
    },
    {
      name: 'review',
      columns: [
        'id text not null',
        'kind text not null',
        'system text not null',
        'subject text not null',
        'message text not null',
        'candidates text not null',
        'since bigint not null',
      ],
      key: ['id'],
      indexes: [{ name: 'review_subject', columns: ['system', 'subject'] }],
    },
    {
      // `mark` is the last full reading that showed the row.
      name: 'member',
      columns: [
        'system text not null',
        'group_kind text not null',
        'group_id text not null',
        'kind text not null',
        'id text not null',
        'mark bigint not null',
      ],
      key: ['system', 'group_kind', 'group_id', 'kind', 'id'],
      narrow: true,
      indexes: [{ name: 'member_object', columns: ['system', 'kind', 'id'] }],
    },
    {
      name: 'assignment',
      columns: [
        'system text not null',
        'application text not null',
        'id text not null',
        'principal_kind text not null',
        'principal text not null',
        'role text',
        'role_name text',
      ],
      key: ['system', 'application', 'id'],
      narrow: true,
      indexes: [
        { name: 'assignment_principal', columns: ['system', 'principal_kind', 'principal'] },
      ],
    },
    {
      // Of the last listing of an application's assignments.
      name: 'application',
      columns: ['system text not null', 'application text not null', 'digest text not null'],
      key: ['system', 'application'],
    },
    {
      name: 'reading',
      columns: [
        'id bigint not null',
        'system text not null',
        'kind text not null',
        'mode text not null',
        'started_at bigint not null',
        'ended_at bigint',
        'resumable bigint not null default 0',
        'reached_end bigint not null default 0',
        'seen bigint not null default 0',
        'added bigint not null default 0',
        'changed bigint not null default 0',
        'removed bigint not null default 0',
      ],
      key: ['id'],
      indexes: [{ name: 'reading_open', columns: ['system', 'kind'], where: 'ended_at is null' }],
    },
    {
      // How far each system was read, and what its last full reading had that was not believed.
      name: 'progress',
      columns: [
        'system text not null',
        'kind text not null',
        'watermark text',
        'read_at bigint',
        'withheld_reading bigint',
        'withheld_absent bigint',
        'withheld_before bigint',
      ],
      key: ['system', 'kind'],
    },
    {
      // What a reading showed and had no need to save, until it is known to have reached its end.
      name: 'sighting',
      columns: ['reading bigint not null', 'id text not null'],
      key: ['reading', 'id'],
      narrow: true,
    },
    {
      // Records a reading brought that could not be taken.
      name: 'rejection',
      columns: [
        'reading bigint not null',
        'system text not null',
        'kind text not null',
        'id text not null',
        'code text not null',
        'message text not null',
      ],
      key: ['reading', 'system', 'kind', 'id'],
    },
    {
      // The one work list. Rows with `not_before` wait; the others are due now.
      name: 'due',
      columns: [
        'target text not null',
        'identity text not null',
        'generation bigint not null',
        'cause text not null',
        'since bigint not null',
        'not_before bigint',
        'urgent bigint not null default 0',
        'code text',
        'message text',
        'attempts bigint',
        'first_failed_at bigint',
      ],
      key: ['target', 'identity'],
      narrow: true,
      indexes: [
        { name: 'due_waiting', columns: ['target', 'not_before'], where: 'not_before is not null' },
        { name: 'due_urgent', columns: ['target', 'identity'], where: 'urgent = 1' },
      ],
    },
    {
      // Why nothing was done for somebody, until something changes.
      name: 'refusal',
      columns: [
        'target text not null',
        'identity text not null',
        'code text not null',
        'message text not null',
        'at bigint not null',
      ],
      key: ['target', 'identity'],
    },
    {
      // Creates that were sent and not answered.
      name: 'in_flight',
      columns: [
        'target text not null',
        'identity text not null',
        'operation text not null',
        'since bigint not null',
        'match text not null',
      ],
      key: ['target', 'identity'],
    },
    {
      name: 'marker',
      columns: [
        'target text not null',
        'name text not null',
        'cause text not null',
        'position text not null',
      ],
      key: ['target', 'name'],
    },
    {
      // Of configuration, as it was when everybody was last looked at; and the epoch of generations.
      name: 'fingerprint',
      columns: ['name text not null', 'value text not null'],
      key: ['name'],
    },
  ],
};
