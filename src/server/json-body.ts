/** The JSON body of a request, within limits. */

import { isUtf8 } from 'node:buffer';
import { badRequest, ScimError } from '../scim/error.ts';
import { doubledName } from '../scim/json.ts';

/** Fails with a SCIM error: too large, of another type, or no JSON. */
export async function readJson(request: Request, maxBytes: number): Promise<unknown> {
  const type = request.headers.get('content-type');
  if (type !== null && !/^application\/(scim\+)?json\s*(;|$)/i.test(type))
    throw new ScimError(415, 'the body must be application/scim+json');
  const text = await readText(request, maxBytes).catch((cause: unknown) => {
    if (cause instanceof ScimError) throw cause;
    throw badRequest('invalidSyntax', 'the body did not come to its end');
  });
  const value = parsed(text);
  const doubled = doubledName(text);
  if (doubled !== undefined)
    throw badRequest('invalidSyntax', `"${doubled.slice(0, 100)}" is given twice in the body`);
  return value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest('invalidSyntax', 'the body is not valid JSON');
  }
}

async function readText(request: Request, maxBytes: number): Promise<string> {
  const announced = request.headers.get('content-length');
  if (announced !== null) {
    if (Number(announced) > maxBytes) throw tooLarge(maxBytes);
    return decoded([new Uint8Array(await request.arrayBuffer())]);
  }
  if (!request.body) return '';
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of request.body) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return decoded(chunks);
}

function decoded(chunks: readonly Uint8Array[]): string {
  const [first] = chunks;
  const bytes = chunks.length === 1 && first ? first : Buffer.concat(chunks);
  // The check is quick, and the decoder of texts known to be sound quicker than one that looks again.
  if (!isUtf8(bytes)) throw badRequest('invalidSyntax', 'the body is not UTF-8');
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
  // RFC 8259 §8.1: a byte order mark in front is nothing to stop at.
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

function tooLarge(maxBytes: number): ScimError {
  return new ScimError(413, `a request may have ${maxBytes} bytes`);
}
