/** JSON that says one thing only (RFC 8259 §4). */

/**
 * A name that an object has twice: which of its values counts differs from reader to reader, and who
 * checks one must not be followed by who takes the other.
 *
 * @param text Valid JSON.
 */
export function doubledName(text: string): string | undefined {
  const objects: (Set<string> | undefined)[] = [];
  let names: Set<string> | undefined;
  let isName = false;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case OPEN_OBJECT:
      case OPEN_LIST:
        objects.push(names);
        names = text.charCodeAt(at) === OPEN_OBJECT ? new Set() : undefined;
        isName = names !== undefined;
        break;
      case CLOSE_OBJECT:
      case CLOSE_LIST:
        names = objects.pop();
        isName = false;
        break;
      case COMMA:
        isName = names !== undefined;
        break;
      case QUOTE: {
        const end = endOfText(text, at);
        if (isName) {
          const name = nameIn(text.slice(at, end + 1));
          if (names?.has(name)) return name;
          names?.add(name);
          isName = false;
        }
        at = end;
        break;
      }
    }
  }
  return undefined;
}

const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const COMMA = 0x2c;
const QUOTE = 0x22;

function endOfText(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    let before = end - 1;
    while (text[before] === '\\') before--;
    if (end < 0 || (end - before) % 2 === 1) return end < 0 ? text.length : end;
  }
}

function nameIn(literal: string): string {
  return literal.includes('\\') ? String(JSON.parse(literal)) : literal.slice(1, -1);
}
