import { randomFillSync } from 'node:crypto';

const bytes = new Uint8Array(16);
const view = new DataView(bytes.buffer);
let lastMilliseconds = 0;
let count = 0;

/**
 * A UUID of version 7 (RFC 9562 §5.7). Those of one process sort as they were made, those of
 * several nearly so: indexes grow at their end, and lists keep their order.
 */
export function newId(now: Date): string {
  const milliseconds = now.getTime();
  if (milliseconds > lastMilliseconds) [lastMilliseconds, count] = [milliseconds, 0];
  else if (++count > 0xfff) [lastMilliseconds, count] = [lastMilliseconds + 1, 0];
  randomFillSync(bytes);
  view.setUint32(0, Math.floor(lastMilliseconds / 0x1_0000));
  view.setUint16(4, lastMilliseconds % 0x1_0000);
  view.setUint16(6, 0x7000 | count);
  view.setUint16(8, 0x8000 | (view.getUint16(8) & 0x3fff));
  const hex = Buffer.from(bytes).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
