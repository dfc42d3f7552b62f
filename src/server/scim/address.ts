/**
 * The address of a request, cut from its text: to parse the URL of every request costs more than it looks.
 * What is no encoding stays as it is.
 */

export type Query = Readonly<Record<string, string | undefined>>;

export interface Address {
  /** As it was sent. */
  readonly path: string;
  /** Of several values of one name the first. */
  readonly query: Query;
}

export function addressOf(url: string): Address {
  const begins = url.indexOf('/', url.indexOf('//') + 2);
  if (begins < 0) return { path: '/', query: NONE };
  const fragment = url.indexOf('#', begins);
  const ends = fragment < 0 ? url.length : fragment;
  const question = url.indexOf('?', begins);
  if (question < 0 || question > ends) return { path: url.slice(begins, ends), query: NONE };
  return { path: url.slice(begins, question), query: queryOf(url.slice(question + 1, ends)) };
}

const NONE: Query = Object.freeze(Object.create(null));

function queryOf(text: string): Query {
  const query: Record<string, string | undefined> = Object.create(null);
  for (const pair of text.split('&')) {
    const at = pair.indexOf('=');
    const name = ofForm(at < 0 ? pair : pair.slice(0, at));
    query[name] ??= at < 0 ? '' : ofForm(pair.slice(at + 1));
  }
  return query;
}

/** As forms write it, with a plus for a blank. */
function ofForm(text: string): string {
  return decoded(text.includes('+') ? text.replaceAll('+', ' ') : text);
}

export function decoded(text: string): string {
  if (!text.includes('%')) return text;
  return decodedWhole(text) ?? text.replace(ENCODED, (part) => decodedWhole(part) ?? part);
}

const ENCODED = /(?:%[\da-f]{2})+/gi;

function decodedWhole(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
