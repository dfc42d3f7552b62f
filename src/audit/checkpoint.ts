/**
 * Where the chain ended at a time, to be kept elsewhere: whoever can write to the store can write a
 * whole chain anew, and only what they cannot reach tells.
 */

import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { z } from 'zod';
import type { Tenant } from '../identity/identity.ts';
import { canonical } from './entry.ts';
import type { AuditTrail } from './trail.ts';

export interface Checkpoint {
  readonly tenant: Tenant;
  readonly at: Date;
  /** Of the last entry; 0 where there was none. */
  readonly number: number;
  readonly hash: string;
  /** Entries that were kept then. */
  readonly count: number;
  /** Ed25519 over the rest, in Base64; absent without a key. */
  readonly signature?: string;
}

/** A PEM that signs with Ed25519 (RFC 8410). */
export type AuditKey = string;

export class CheckpointError extends Error {
  override readonly name = 'CheckpointError';
  readonly code: 'audit-key-unusable' | 'checkpoint-forged' | 'checkpoint-unreadable';
  readonly remedy: string;

  constructor(code: CheckpointError['code'], message: string, remedy: string) {
    super(message);
    this.code = code;
    this.remedy = remedy;
  }
}

export async function takeCheckpoint(
  trail: AuditTrail,
  at: Date,
  key: AuditKey | undefined,
): Promise<Checkpoint> {
  const { number, hash, pruned } = await trail.head();
  const checkpoint = { tenant: trail.tenant, at, number, hash, count: number - pruned };
  if (key === undefined) return checkpoint;
  const signature = sign(null, signed(checkpoint), privateKey(key)).toString('base64');
  return { ...checkpoint, signature };
}

const document = z.strictObject({
  tenant: z.string(),
  at: z.iso.datetime().transform((text) => new Date(text)),
  number: z.number().int().min(0),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  count: z.number().int().min(0),
  signature: z.exactOptional(z.base64()),
});

/** @param text JSON, as it was printed. */
export function readCheckpoint(text: string): Checkpoint {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  const read = document.safeParse(json);
  if (read.success) return read.data;
  throw new CheckpointError(
    'checkpoint-unreadable',
    'this is no checkpoint of an audit trail',
    'hand in what lockstep audit checkpoint --json printed, as it was',
  );
}

/** Refuses one that is another tenant's, or that our key did not sign. */
export function trustCheckpoint(
  checkpoint: Checkpoint,
  tenant: Tenant,
  key: AuditKey | undefined,
): Checkpoint {
  const { signature } = checkpoint;
  if (checkpoint.tenant !== tenant) {
    throw forged(`the checkpoint is of the tenant ${checkpoint.tenant}, not of ${tenant}`);
  }
  if (key === undefined) return checkpoint;
  if (signature === undefined) throw forged('the checkpoint is not signed, and there is a key');
  const known = createPublicKey(privateKey(key));
  if (verify(null, signed(checkpoint), known, Buffer.from(signature, 'base64'))) return checkpoint;
  throw forged('the signature of the checkpoint is not of the configured key');
}

function forged(message: string): CheckpointError {
  return new CheckpointError(
    'checkpoint-forged',
    message,
    'use a checkpoint that was kept where nobody could change it, or the key of that time',
  );
}

function signed({ tenant, at, number, hash, count }: Checkpoint): Buffer {
  return Buffer.from(canonical({ tenant, at: at.toISOString(), number, hash, count }));
}

function privateKey(pem: AuditKey): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Told below, without what is in it.
  }
  throw new CheckpointError(
    'audit-key-unusable',
    'audit.key is no private Ed25519 key in PEM',
    'make one: openssl genpkey -algorithm ed25519 -out audit.pem, and name its file as audit.key',
  );
}
