/** Mails that a directory wants delivered, and what became of them. */

import type { Delivery, Mail, WaitingMail } from '../connectors/directory/storage.ts';
import type { SystemName } from '../identity/record.ts';
import type { Database, Row } from './database.ts';

interface MailRow extends Row {
  readonly sequence: number;
  readonly attempts: number;
  readonly content: string;
}

export async function waitingMails(
  database: Database,
  system: SystemName,
  now: string,
  since: string,
  count: number,
): Promise<readonly WaitingMail[]> {
  const rows = await database.all<MailRow>(
    `select sequence, attempts, content from directory_mail
     where system = ? and due_at is not null and due_at <= ? order by sequence limit ?`,
    [system, now, count],
  );
  return rows
    .map(({ sequence, attempts, content }) => ({
      sequence,
      attempts,
      mail: JSON.parse(content) as Mail,
    }))
    .filter(({ mail }) => mail.sentAt > since);
}

/** What was delivered keeps no secret. */
export async function noteDelivery(
  database: Database,
  system: SystemName,
  sequence: number,
  delivery: Delivery,
): Promise<void> {
  if (delivery.type === 'failed') {
    await database.run(
      `update directory_mail set attempts = attempts + 1, due_at = ?
       where system = ? and sequence = ?`,
      [delivery.retryAt, system, sequence],
    );
    return;
  }
  const [row] = await database.all<MailRow>(
    'select sequence, attempts, content from directory_mail where system = ? and sequence = ?',
    [system, sequence],
  );
  if (!row) return;
  const { secret: _, ...told } = JSON.parse(row.content) as Mail;
  await database.run(
    `update directory_mail set attempts = attempts + 1, due_at = null, content = ?
     where system = ? and sequence = ?`,
    [JSON.stringify(told), system, sequence],
  );
}
