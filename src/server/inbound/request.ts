/** An upload as it comes over the wire: a bulk request within limits, and the key it may have. */

import { createHash } from 'node:crypto';
import type { Upload } from '../../connectors/spi/index.ts';
import { parseBulk } from '../../scim/bulk.ts';
import { ScimError } from '../../scim/error.ts';
import { ApiProblem } from '../api/problem.ts';
import { boundedText } from '../bounded-text.ts';

const MOST_BYTES = 8 * 1024 * 1024;
const LONGEST_KEY = 200;

/** @throws ApiProblem 400 for another content type or structure, as Entra ID's API has it; 413. */
export async function uploadOf(request: Request): Promise<Upload> {
  if (!/^application\/(scim\+)?json\s*(;|$)/i.test(request.headers.get('content-type') ?? ''))
    throw invalid('the body must be application/scim+json');
  const text = await textOf(request);
  const digest = createHash('sha256').update(text).digest('hex');
  const key = keyOf(request.headers, digest);
  try {
    return { ...parseBulk(parsed(text)), digest, ...(key !== undefined && { key }) };
  } catch (error) {
    throw error instanceof ScimError ? invalid(error.message) : error;
  }
}

/**
 * Two ways to say that an upload is one that came before: a key of the sender's own, which belongs
 * to one content for good; or Microsoft Graph's request id, which only tells a repetition from a
 * new request, so that it counts with the content.
 */
function keyOf(headers: Headers, digest: string): string | undefined {
  const key = headers.get('idempotency-key')?.trim();
  if (key !== undefined && key.length > LONGEST_KEY)
    throw invalid(`Idempotency-Key may have ${LONGEST_KEY} characters`);
  if (key !== undefined && key !== '') return `key ${key}`;
  const request = headers.get('client-request-id')?.trim().slice(0, LONGEST_KEY);
  return request === undefined || request === '' ? undefined : `request ${request} ${digest}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid('the body is not valid JSON');
  }
}

async function textOf({ body }: Request): Promise<string> {
  const text = await boundedText(body, MOST_BYTES);
  if (text !== undefined) return text;
  throw new ApiProblem(413, 'request-too-large', `an upload may have ${MOST_BYTES} bytes`, {
    remedy: 'send fewer records at once',
    // The rest of the body is still on its way, and no next request.
    headers: { connection: 'close' },
  });
}

function invalid(message: string): ApiProblem {
  return new ApiProblem(400, 'upload-invalid', message, {
    remedy: 'send a SCIM bulk request: see docs/connectors/inbound.md',
  });
}
