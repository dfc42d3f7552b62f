import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExpressionError } from './failure.ts';
import { formatExpression, parseExpression } from './parse.ts';
import type { Argument, Node } from './syntax.ts';

function refusal(text: string): { readonly offset: number; readonly message: string } {
  try {
    parseExpression(text);
  } catch (error) {
    if (error instanceof ExpressionError) return { offset: error.offset, message: error.message };
    throw error;
  }
  throw new Error(`${text} was read`);
}

describe('reading an expression', () => {
  it('keeps the places of blank arguments', () => {
    const tree = parseExpression('Replace([a], , "x", )');
    expect(tree).toMatchObject({
      type: 'call',
      arguments: [{ name: 'a' }, 'blank', { value: 'x' }, 'blank'],
    });
  });

  it('takes a path with brackets and quotation marks as one attribute', () => {
    expect(parseExpression('[emails[type eq "a]b"].value]')).toMatchObject({
      type: 'attribute',
      name: 'emails[type eq "a]b"].value',
    });
  });

  it('says which typographic quotation mark it met, and where', () => {
    expect(refusal('Append([a], “x”)')).toEqual({
      offset: 12,
      message: 'typographic quotation mark “',
    });
  });

  it('names operators of other languages', () => {
    expect(refusal('[a] & [b]').message).toBe('there is no operator & in this language');
    expect(refusal('IIF([a]="1" && [b]="2", "x", "y")').offset).toBe(12);
  });

  it('points at the text or bracket that is never closed', () => {
    expect(refusal('Append([a], "x)').offset).toBe(12);
    expect(refusal('Append([a, "x")').offset).toBe(7);
    expect(refusal('Append([a], "x"')).toEqual({
      offset: 15,
      message: 'expected "," or ")" in Append(…), found the end of the expression',
    });
  });

  it('refuses what is longer or deeper than it reads', () => {
    expect(refusal(`"${'a'.repeat(10_000)}"`).message).toContain('at most 10000');
    expect(refusal('Not('.repeat(501) + ')'.repeat(501)).message).toContain('more than 500 calls');
  });
});

const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,8}$/);
const attributeName = fc.oneof(
  name,
  fc.constantFrom('name.givenName', 'emails[type eq "work"].value', 'hr/dept', 'urn:x:User:a b'),
);

const leaf: fc.Arbitrary<Node> = fc.oneof(
  attributeName.map((text): Node => ({ type: 'attribute', name: text, start: 0, end: 0 })),
  fc
    .string({ unit: 'grapheme', maxLength: 12 })
    .map((value): Node => ({ type: 'text', value, start: 0, end: 0 })),
  fc
    .constantFrom('0', '1000', '-2.5', '&HF7')
    .map((digits): Node => ({ type: 'number', digits, start: 0, end: 0 })),
  name.map((word): Node => ({ type: 'keyword', name: word, start: 0, end: 0 })),
);

const { tree } = fc.letrec<{ tree: Node; operand: Node; call: Node }>((tie) => ({
  operand: fc.oneof({ depthSize: 'small' }, leaf, tie('call')),
  tree: fc.oneof(
    tie('operand'),
    fc
      .record({
        operator: fc.constantFrom('=', '<>', '<', '<=', '>', '>='),
        left: tie('operand'),
        right: tie('operand'),
      })
      .map((parts): Node => ({ type: 'comparison', ...parts, start: 0, end: 0 })),
  ),
  call: fc
    .record({
      name,
      arguments: fc.array(fc.oneof(fc.constant<Argument>('blank'), tie('tree')), { maxLength: 4 }),
    })
    // A single blank argument reads as none.
    .filter((parts) => parts.arguments.length !== 1 || parts.arguments[0] !== 'blank')
    .map((parts): Node => ({ type: 'call', ...parts, start: 0, end: 0 })),
}));

/** The tree without its places. */
function shape(node: Argument): unknown {
  return JSON.parse(
    JSON.stringify(node, (key, value) => (key === 'start' || key === 'end' ? undefined : value)),
  );
}

it('reads what it prints as the same tree', () => {
  fc.assert(
    fc.property(tree, (given) => {
      expect(shape(parseExpression(formatExpression(given)))).toEqual(shape(given));
    }),
    { numRuns: 300 },
  );
});
