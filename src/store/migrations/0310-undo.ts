import type { Migration } from './migration.ts';

/** Assumes the runs, plans and outcomes of 0200, which it names without pointing at them. */
export const undo0310: Migration = {
  name: '0310-undo',
  tables: [
    {
      // Which run a plan puts back; by the plan's own id, so that it is known from a file as well.
      name: 'undo',
      columns: ['plan_id text not null', 'run text not null', 'at bigint not null'],
      key: ['plan_id'],
      indexes: [{ name: 'undo_of_run', columns: ['run'] }],
    },
    {
      // People whom an undo put back, until the configuration changes or a person resumes them.
      name: 'pause',
      columns: [
        'target text not null',
        'identity text not null',
        'run text not null',
        'config_version text not null',
        'at bigint not null',
      ],
      key: ['target', 'identity'],
      indexes: [{ name: 'pause_of_run', columns: ['run'] }],
    },
    {
      // The outcomes of a run by identity, while an undo of it is planned.
      name: 'undo_step',
      columns: [
        'run text not null',
        'target text not null',
        'identity text not null',
        'plan text not null',
        'position bigint not null',
        'at bigint not null',
      ],
      key: ['run', 'target', 'identity', 'plan', 'position'],
      narrow: true,
    },
  ],
};
