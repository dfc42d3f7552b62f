/** Bodies of requests, within limits: JSON as a whole, JSON lines as they arrive. */

import { ApiProblem } from './problem.ts';

const MOST_JSON_BYTES = 65_536;
const MOST_LINE_BYTES = 4_194_304;

/** An empty body asks for nothing in particular. */
export async function jsonOf(request: Request): Promise<unknown> {
  const text = await textOf(request);
  if (text.trim() === '') return {};
  expectType(request, /^application\/json\s*(;|$)/i, 'application/json');
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiProblem(400, 'request-invalid', 'the body is not valid JSON', {
      remedy: 'send a JSON object',
    });
  }
}

async function textOf(request: Request): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of chunksOf(request)) {
    bytes += chunk.byteLength;
    if (bytes > MOST_JSON_BYTES) throw tooLarge(`a body may have ${MOST_JSON_BYTES} bytes`);
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

export function expectLines(request: Request): void {
  expectType(request, /^application\/(jsonl|x-ndjson)\s*(;|$)/i, 'application/jsonl');
}

/** However long the body is, no more than a line of it is held. */
export async function* linesOf(request: Request): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunksOf(request)) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MOST_LINE_BYTES) throw tooLarge(`a line may have ${MOST_LINE_BYTES} bytes`);
    yield* lines;
  }
  rest += decoder.decode();
  if (rest !== '') yield rest;
}

async function* chunksOf({ body }: Request): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  try {
    yield* body;
  } catch (cause) {
    if (cause instanceof ApiProblem) throw cause;
    throw new ApiProblem(400, 'body-cut-off', 'the body ended before its end', {
      remedy: 'send it again',
    });
  }
}

function expectType(request: Request, expected: RegExp, name: string): void {
  if (expected.test(request.headers.get('content-type') ?? '')) return;
  throw new ApiProblem(415, 'media-type-unsupported', `the body must be ${name}`, {
    remedy: `say so: content-type: ${name}`,
  });
}

function tooLarge(message: string): ApiProblem {
  return new ApiProblem(413, 'request-too-large', message, { remedy: 'send less at once' });
}
