/** For tests: rows about Ada, and the same about Grace, in every table that holds people. */

import type { Row } from '../database.ts';
import {
  AT,
  apartOf,
  candidateOf,
  DECISION,
  DRIFT,
  formerly,
  mail,
  matchOf,
  placeOf,
  recordOf,
  reviewOf,
  type Sampled,
  swapOf,
} from './sample-rows.ts';

export const ADA: Sampled = { id: 'i-ada', name: 'Ada Lovelace', number: '4711' };
export const GRACE: Sampled = { id: 'i-grace', name: 'Grace Hopper', number: '471' };

/** What one of them leaves in a table. */
export const SAMPLES: Readonly<Record<string, (who: Sampled) => readonly Row[]>> = {
  identity: (who) => [
    {
      id: who.id,
      kind: 'user',
      // The manager's address is the manager's.
      attributes: JSON.stringify({
        ...{ displayName: who.name, mail: mail(who) },
        managerMail: 'boss@contoso.com',
      }),
      origins: '{"displayName":"hr"}',
      present: 0,
    },
  ],
  identity_change: (who) => [
    { identity: who.id, number: 1, step: 1, before: JSON.stringify({ displayName: who.name }) },
    // A record of theirs made somebody of its own first, and was somebody else's for a while.
    {
      ...{ identity: who.id, number: 2, step: 1 },
      records: JSON.stringify([['hr', 'user', who.number]]),
      before: JSON.stringify({ g: [['hr', 'user', who.number, `was-${who.id}`]] }),
    },
    // Hired again under another number, which took the place of the record.
    {
      ...{ identity: who.id, number: 3, step: 1 },
      records: JSON.stringify([['hr', 'user', formerly(who)]]),
      before: JSON.stringify({ p: true, l: [['hr', 'user', formerly(who)]] }),
    },
    {
      ...{ identity: `was-${who.id}`, number: 1, step: 1 },
      records: JSON.stringify([['hr', 'user', who.number]]),
      before: JSON.stringify({
        ...{ v: { displayName: who.name }, o: { hr: ['displayName'] }, p: true, k: 'user' },
        l: [['hr', 'user', who.number, who.id]],
      }),
    },
    {
      ...{ identity: `with-${who.id}`, number: 1, step: 1 },
      records: JSON.stringify([
        ['hr', 'user', who.number],
        ['hr', 'user', 'third'],
      ]),
      before: JSON.stringify({
        v: { displayName: who.name, city: 'Third' },
        o: { hr: ['displayName'], entra: ['city'] },
        l: [['hr', 'user', who.number, who.id]],
      }),
    },
  ],
  leaver: (who) => [{ identity: who.id, since: AT, done_seconds: 0 }],
  erasure: (who) => [{ id: `x-${who.id}`, person: who.id, begun_at: AT, content: '{}' }],
  unique_name: (who) => [
    { space: 'user/userName', value: who.id.slice(2), holder: who.id, at: AT },
    {
      space: 'user/userName',
      value: `former-${who.id.slice(2)}`,
      holder: who.id,
      at: AT,
      until: AT,
    },
  ],
  rule_member: (who) => [{ name: 'staff', identity: who.id }],
  leaving: (who) => [{ target: 'ramp', identity: who.id, since: AT }],
  regroup: (who) => [{ identity: who.id, at: AT }],
  record: (who) => [
    {
      ...recordOf(who, 'hr'),
      attributes: JSON.stringify({ name: who.name }),
      present: 0,
      identity: who.id,
    },
    {
      ...recordOf(who, 'ramp'),
      attributes: JSON.stringify({ displayName: who.name }),
      present: 0,
      identity: who.id,
      asked: JSON.stringify({ displayName: who.name }),
      answered: JSON.stringify({ displayName: who.name }),
      deleted: 1,
    },
  ],
  record_key: (who) => [{ ...recordOf(who, 'ramp'), key: `userName\u001f${mail(who)}` }],
  identity_key: (who) => [{ identity: who.id, key: `user\u001fmail\u001f${mail(who)}` }],
  unjoined: (who) => [{ ...recordOf(who, 'hr'), key: `user\u001fmail\u001f${mail(who)}` }],
  edge: (who) => [
    { identity: who.id, attribute: 'manager', referent: '@hr\u001fuser\u001f1' },
    {
      identity: `report-of-${who.id}`,
      attribute: 'manager',
      referent: `@hr\u001fuser\u001f${who.number}`,
      referred: who.id,
    },
  ],
  review: (who) => [
    reviewOf(`own-${who.id}`, who.number, []),
    reviewOf(`other-${who.id}`, 'somebody', [candidateOf(who), { id: 'i-third', label: 'Third' }]),
    // Somebody else's account was looked for, and theirs was found.
    matchOf(`held-${who.id}`, `${who.number} is another's`, [{ id: who.number, label: who.id }]),
    matchOf(`many-${who.id}`, `third@contoso.com: ${who.number} and third are alike`, [
      { id: who.number, label: who.number },
      { id: 'third', label: 'third' },
    ]),
  ],
  decision: (who) => [
    { ...DECISION, id: `d-${who.id}`, identity: who.id, review: null },
    {
      ...DECISION,
      id: `e-${who.id}`,
      identity: 'i-third',
      review: JSON.stringify({
        ...{ system: 'hr', subject: 'third', message: who.name },
        candidates: [candidateOf(who), { id: 'i-third', label: 'Third' }],
      }),
    },
    {
      ...DECISION,
      id: `f-${who.id}`,
      identity: 'i-third',
      review: null,
      records: JSON.stringify([recordOf(who, 'hr'), { system: 'hr', kind: 'user', id: 'third' }]),
    },
  ],
  apart: (who) => [apartOf(who.number, 'third', who), apartOf('third', who.number, who)],
  member: (who) => [
    { system: 'hr', group_kind: 'group', group_id: 'g1', kind: 'user', id: who.number, mark: 1 },
  ],
  assignment: (who) => [
    {
      system: 'hr',
      application: 'Ramp',
      id: `a-${who.number}`,
      principal_kind: 'user',
      principal: who.number,
    },
  ],
  sighting: (who) => [{ reading: 1, id: who.number }],
  rejection: (who) => [
    { reading: 1, ...recordOf(who, 'hr'), code: 'record-too-large', message: who.name },
  ],
  inbound_record: (who) => [
    {
      system: 'hr',
      id: who.number,
      sequence: Number(who.number),
      attributes: JSON.stringify({ displayName: who.name }),
      modified_at: AT,
    },
    {
      system: 'hr',
      id: formerly(who),
      sequence: Number(who.number) + 1,
      attributes: JSON.stringify({ displayName: who.name }),
      modified_at: AT,
    },
  ],
  due: (who) => [{ target: 'ramp', identity: who.id, generation: 1, cause: 'changed', since: AT }],
  refusal: (who) => [
    { target: 'ramp', identity: who.id, code: 'missing-required', message: who.name, at: AT },
  ],
  in_flight: (who) => [
    { target: 'ramp', identity: who.id, operation: 'o', since: AT, match: mail(who) },
  ],
  refused_create: (who) => [{ target: 'ramp', identity: who.id, since: AT, asked: mail(who) }],
  membership: (who) => [{ target: 'ramp', group_identity: 'i-group', member_identity: who.id }],
  account_release: (who) => [{ target: 'ramp', identity: who.id, at: AT }],
  pause: (who) => [{ target: 'ramp', identity: who.id, run: 'r1', config_version: 'c1', at: AT }],
  undo_step: (who) => [
    { run: 'r1', target: 'ramp', identity: who.id, plan: 'p1', position: 0, at: AT },
  ],
  drift: (who) => [
    { ...DRIFT, account: who.number, label: who.name, identity: who.id, current: who.name },
    {
      ...DRIFT,
      account: `orphan-${who.id}`,
      label: 'orphan',
      person: who.id,
      person_label: who.name,
    },
  ],
  outcome: (who) => [
    {
      ...placeOf(who),
      run: 'r1',
      at: AT,
      identity: who.id,
      system: 'ramp',
      type: 'done',
      milliseconds: 1,
      exchanges: mail(who),
    },
    {
      plan: `q-${who.id}`,
      position: 0,
      run: 'r1',
      at: AT,
      identity: 'i-group',
      system: 'ramp',
      type: 'done',
      milliseconds: 1,
      exchanges: `PATCH with ${who.number}`,
      detail: JSON.stringify({ message: `${mail(who)} (${who.number}) is not in 2${who.number}5` }),
    },
  ],
  plan_operation: (who) => [
    {
      ...placeOf(who),
      content: JSON.stringify({
        action: 'create',
        identity: who.id,
        label: mail(who),
        after: [],
        attributes: { displayName: who.name },
      }),
      evidence: JSON.stringify({ seen: { name: who.name } }),
    },
    {
      plan: `q-${who.id}`,
      position: 0,
      content: JSON.stringify({
        action: 'add-members',
        identity: 'i-group',
        label: 'Everybody',
        system: 'ramp',
        after: [who.id, 'i-third'],
        members: [
          { identity: who.id, label: mail(who) },
          { identity: 'i-third', label: 'third@contoso.com' },
        ],
      }),
    },
    {
      plan: `q-${who.id}`,
      position: 1,
      content: JSON.stringify({
        action: 'create',
        identity: `report-of-${who.id}`,
        system: 'ramp',
        after: [],
        attributes: { manager: { $new: who.id } },
      }),
    },
  ],
  plan_refusal: (who) => [{ plan: `p-${who.id}`, identity: who.id, content: `"${who.name}"` }],
  plan: (who) => [
    {
      key: `p-${who.id}`,
      target: 'ramp',
      id: `p-${who.id}`,
      state: 'applied',
      created_at: AT,
      config_version: 'c1',
      counts: '{}',
      considered: 1,
      managed: 1,
      holds: JSON.stringify([swapOf(who)]),
      ordering: '',
      partial: 0,
    },
  ],
  run: (who) => [
    {
      id: `r-${who.id}`,
      started_at: AT,
      started_by: 'command',
      report: JSON.stringify({
        readings: [
          {
            result: {
              rejected: [
                { ref: recordOf(who, 'hr'), code: 'record-too-large', message: who.name },
                {
                  ref: { system: 'hr', kind: 'user', id: 'third' },
                  code: 'record-too-large',
                  message: 'Third',
                },
              ],
            },
          },
        ],
        targets: [{ target: 'ramp', plan: { holds: [swapOf(who)] } }, { target: 'other' }],
      }),
    },
    {
      id: `h-${who.id}`,
      started_at: AT,
      started_by: 'command',
      report: JSON.stringify({
        readings: [],
        targets: [{ target: 'ramp', plan: { holds: [swapOf(who)] } }],
      }),
    },
  ],
  inbound_upload: (who) => [
    {
      system: 'hr',
      id: `u-${who.id}`,
      at: AT,
      digest: '',
      results: JSON.stringify([
        { id: who.number, status: 'refused', message: who.name },
        { id: 'third', status: 'taken' },
      ]),
    },
  ],
  audit_payload: (who) => [
    {
      number: Number(who.number),
      salt: '00',
      subject: 'd1',
      person: who.id,
      detail: JSON.stringify({ records: [`hr/${who.number}`] }),
    },
  ],
  directory_object: (who) => [
    {
      ...recordOf(who, 'ramp'),
      sequence: 1,
      created_at: '2026-03-02T08:00:00Z',
      modified_at: '2026-03-02T08:00:00Z',
      attributes: JSON.stringify({ displayName: who.name }),
      state: '{}',
      mail: mail(who),
    },
  ],
  directory_member: (who) => [
    {
      system: 'ramp',
      group_id: 'g1',
      member_id: who.number,
      member_kind: 'user',
      sequence: 1,
      removed: 1,
    },
  ],
  directory_removed: (who) => [{ ...recordOf(who, 'ramp'), sequence: 1 }],
  directory_unique: (who) => [{ ...recordOf(who, 'ramp'), value: `badge ${who.number}` }],
  directory_mail: (who) => [
    { system: 'ramp', sequence: Number(who.number), content: JSON.stringify({ to: mail(who) }) },
  ],
};

/** What those rows go by. */
export const AROUND: readonly (readonly [table: string, row: Row])[] = [
  ['identity_key', { identity: 'i-boss', key: 'user\u001f\u001fboss@contoso.com' }],
  [
    'directory_mail',
    { system: 'ramp', sequence: 1, content: JSON.stringify({ to: 'boss@contoso.com' }) },
  ],
  ['reading', { id: 1, system: 'hr', kind: 'user', mode: 'full', started_at: AT }],
];
