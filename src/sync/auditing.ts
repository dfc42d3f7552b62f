/** The audit trail, for those who may read it. */

import { takeCheckpoint, trustCheckpoint } from '../audit/checkpoint.ts';
import type { AuditEntry, Detail } from '../audit/entry.ts';
import { pruneTrail } from '../audit/keeping.ts';
import type { AuditQuery } from '../audit/trail.ts';
import { verifyTrail } from '../audit/verify.ts';
import type { Engine } from './engine.ts';
import type { AuditRequest, Verbs } from './verbs.ts';

export function auditing(engine: Engine): Pick<Verbs, 'audit' | 'verifyAudit' | 'auditCheckpoint'> {
  const { audit, auditPolicy, tenant, now } = engine;
  const { key } = auditPolicy;
  return {
    audit: (request) => entries(request, engine),
    verifyAudit: (checkpoint) =>
      verifyTrail(audit, checkpoint && trustCheckpoint(checkpoint, tenant, key)),
    auditCheckpoint: () => takeCheckpoint(audit, now(), key),
  };
}

/** What is older than the configuration wants; nothing where it says nothing. */
export async function pruneAudit({ audit, auditPolicy, actor, now }: Engine): Promise<void> {
  const { keepSeconds } = auditPolicy;
  if (keepSeconds === undefined) return;
  const at = now();
  await pruneTrail(audit, new Date(at.getTime() - keepSeconds * 1000), { actor, at });
}

async function* entries(
  { format, ...query }: AuditRequest,
  engine: Engine,
): AsyncGenerator<AuditEntry> {
  if (format !== undefined) {
    const detail = { what: 'audit', format, ...asked(query) };
    await engine.note({ action: 'data-exported', detail });
  }
  yield* engine.audit.entries(query);
}

function asked({ person: _, ...query }: AuditQuery): Detail {
  return Object.fromEntries(
    Object.entries(query).map(([name, value]) => [
      name,
      value instanceof Date ? value.toISOString() : value,
    ]),
  );
}
