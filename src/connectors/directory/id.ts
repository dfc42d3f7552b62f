import { randomFillSync } from 'node:crypto';

const bytes = Buffer.alloc(16);
/** The operating system is asked for many at a time: asking costs more than all the rest. */
const random = Buffer.alloc(4096);
let drawn = random.length;
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
  if (drawn === random.length) {
    randomFillSync(random);
    drawn = 0;
  }
  drawn += random.copy(bytes, 8, drawn, drawn + 8);
  bytes.writeUIntBE(lastMilliseconds, 0, 6);
  bytes.writeUInt16BE(0x7000 | count, 6);
  bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
