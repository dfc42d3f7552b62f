/** The JSON body of a request, within limits. */

import { badRequest, ScimError } from '../scim/error.ts';

/** Fails with a SCIM error: too large, of another type, or no JSON. */
export async function readJson(request: Request, maxBytes: number): Promise<unknown> {
  const type = request.headers.get('content-type');
  if (type !== null && !/^application\/(scim\+)?json\s*(;|$)/i.test(type))
    throw new ScimError(415, 'the body must be application/scim+json');
  const text = await readText(request, maxBytes);
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
    return request.text();
  }
  if (!request.body) return '';
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of request.body) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function tooLarge(maxBytes: number): ScimError {
  return new ScimError(413, `a request may have ${maxBytes} bytes`);
}
