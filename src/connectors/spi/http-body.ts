/** The body of an answer as text, with a limit that holds for what it unpacks to. */

/** @returns Undefined when the body is larger than the limit; what had arrived of it is dropped. */
export async function readText(response: Response, maxBytes: number): Promise<string | undefined> {
  const announced = Number(response.headers.get('content-length') ?? Number.NaN);
  if (announced > maxBytes) {
    await response.body?.cancel();
    return undefined;
  }
  // An announced length says nothing of a packed body: that one is counted as it unpacks.
  if (Number.isInteger(announced) && !response.headers.has('content-encoding'))
    return response.text();
  return countedText(response, maxBytes);
}

async function countedText(response: Response, maxBytes: number): Promise<string | undefined> {
  if (response.body === null) return '';
  const decoder = new TextDecoder();
  const parts: string[] = [];
  let bytes = 0;
  // Leaving the loop cancels the stream.
  for await (const chunk of response.body) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) return undefined;
    parts.push(decoder.decode(chunk, { stream: true }));
  }
  parts.push(decoder.decode());
  return parts.join('');
}
