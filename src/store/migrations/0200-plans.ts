import type { Migration } from './migration.ts';

/** Assumes nothing of earlier tables; plans and outcomes name identities without pointing at them. */
export const plans0200: Migration = {
  name: '0200-plans',
  tables: [
    {
      name: 'plan',
      columns: [
        // Begins with the time, so that keys sort by age.
        'key text not null',
        'target text not null',
        'id text',
        'state text not null',
        'created_at bigint not null',
        'config_version text not null',
        'counts text not null',
        'considered bigint not null',
        'managed bigint not null',
        'holds text not null',
        // A byte for each operation, in Base64.
        'ordering text not null',
        // Made for some people only; takes the place of no other plan.
        'partial bigint not null',
      ],
      key: ['key'],
      indexes: [
        { name: 'plan_of_target', columns: ['target', 'key'] },
        { name: 'plan_by_id', columns: ['id'] },
      ],
    },
    {
      name: 'plan_operation',
      columns: ['plan text not null', 'position bigint not null', 'content text not null'],
      key: ['plan', 'position'],
    },
    {
      name: 'plan_refusal',
      columns: ['plan text not null', 'identity text not null', 'content text not null'],
      key: ['plan', 'identity'],
    },
    {
      name: 'outcome',
      columns: [
        'plan text not null',
        'position bigint not null',
        'run text not null',
        'at bigint not null',
        'identity text not null',
        'system text not null',
        'type text not null',
        'code text',
        'milliseconds bigint not null',
        // Failure, or why it was skipped.
        'detail text',
      ],
      key: ['plan', 'position'],
      indexes: [
        { name: 'outcome_of_identity', columns: ['identity', 'at'] },
        { name: 'outcome_by_time', columns: ['at'] },
      ],
    },
    {
      name: 'run',
      columns: [
        'id text not null',
        'started_at bigint not null',
        'finished_at bigint',
        'started_by text not null',
        'report text',
      ],
      key: ['id'],
    },
    {
      name: 'lease',
      columns: [
        'lane text not null',
        'token bigint not null',
        // Empty while nobody holds it; the token stays, so that it only ever grows.
        'holder text',
        'until bigint not null',
      ],
      key: ['lane'],
    },
    {
      name: 'system_health',
      columns: ['system text not null', 'content text not null'],
      key: ['system'],
    },
    {
      name: 'account_release',
      columns: ['target text not null', 'identity text not null', 'at bigint not null'],
      key: ['target', 'identity'],
      narrow: true,
    },
  ],
};
