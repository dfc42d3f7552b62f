/** All chance of a tenant comes from one seed, so that the same requests give the same answers. */

export interface Chance {
  /** A number from 0 up to, not including, 1. */
  next(): number;
  /** A whole number from 0 up to, not including, the bound. */
  below(bound: number): number;
  /** True in that share of cases, 0 to 1. */
  happens(share: number): boolean;
  pick<T>(list: readonly [T, ...T[]]): T;
  /** A permutation; the list itself stays as it is. */
  shuffled<T>(list: readonly T[]): readonly T[];
  /** A version 4 UUID in lower case. */
  guid(): string;
  /** An independent stream: drawing from it does not move this one. */
  stream(name: string): Chance;
}

export function seededChance(seed: string): Chance {
  const draw = generator(hash(seed));
  const next = (): number => draw() / 4294967296;
  const below = (bound: number): number => Math.floor(next() * bound);
  return {
    next,
    below,
    happens: (share) => share > 0 && next() < share,
    pick: (list) => list[below(list.length)] ?? list[0],
    shuffled: (list) => {
      const copy = [...list];
      for (let last = copy.length - 1; last > 0; last--) {
        const other = below(last + 1);
        const held = copy[last];
        const moved = copy[other];
        if (held === undefined || moved === undefined) continue;
        copy[last] = moved;
        copy[other] = held;
      }
      return copy;
    },
    guid: () => guidOf([draw(), draw(), draw(), draw()]),
    stream: (name) => seededChance(`${seed}/${name}`),
  };
}

type Words = readonly [number, number, number, number];

function guidOf([a, b, c, d]: Words): string {
  const text = [a, (b & 0xffff0fff) | 0x4000, (c & 0x3fffffff) | 0x80000000, d]
    .map((word) => (word >>> 0).toString(16).padStart(8, '0'))
    .join('');
  return `${text.slice(0, 8)}-${text.slice(8, 12)}-${text.slice(12, 16)}-${text.slice(16, 20)}-${text.slice(20)}`;
}

/** Four words from a text: cyrb128, enough to spread similar seeds apart. */
function hash(text: string): Words {
  let [a, b, c, d] = [1779033703, 3144134277, 1013904242, 2773480762];
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    a = b ^ Math.imul(a ^ code, 597399067);
    b = c ^ Math.imul(b ^ code, 2869860233);
    c = d ^ Math.imul(c ^ code, 951274213);
    d = a ^ Math.imul(d ^ code, 2716044179);
  }
  return [a >>> 0, b >>> 0, c >>> 0, d >>> 0];
}

/** sfc32, a small generator that passes the usual batteries of tests. */
function generator([first, second, third, fourth]: Words): () => number {
  let [a, b, c, d] = [first | 0, second | 0, third | 0, fourth | 0];
  const draw = (): number => {
    const sum = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum >>> 0;
  };
  for (let warmUp = 0; warmUp < 12; warmUp++) draw();
  return draw;
}
