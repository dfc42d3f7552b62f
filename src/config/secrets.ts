/** Values that are kept outside of the document: `${env:NAME}` and `${file:PATH}`. */

import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Problem } from '../identity/problem.ts';
import type { Path, Source } from './source.ts';

export interface Resolution {
  readonly value: unknown;
  readonly problems: readonly Problem[];
  /** What was put in, to keep it out of messages. */
  readonly secrets: readonly string[];
}

const REFERENCE = /\$\{([^}:]*):([^}]*)\}/g;

/** Puts every reference below `at` in, inside of texts too. */
export function resolveSecrets(
  value: unknown,
  at: Path,
  source: Source,
  world: { readonly env: NodeJS.ProcessEnv; readonly directory: string },
): Resolution {
  const problems: Problem[] = [];
  const secrets: string[] = [];

  function resolve(part: unknown, where: Path): unknown {
    if (typeof part === 'string') {
      return part.replaceAll(REFERENCE, (whole, scheme: string, name: string) => {
        const found = lookUp(scheme, name);
        if (typeof found === 'string') {
          secrets.push(found);
          return found;
        }
        problems.push({ ...found, severity: 'error', place: source.place(where) });
        return whole;
      });
    }
    if (Array.isArray(part)) return part.map((item, index) => resolve(item, [...where, index]));
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(
      Object.entries(part).map(([key, item]) => [key, resolve(item, [...where, key])]),
    );
  }

  function lookUp(
    scheme: string,
    name: string,
  ): string | Pick<Problem, 'code' | 'message' | 'remedy'> {
    switch (scheme) {
      case 'env': {
        const found = world.env[name];
        if (found !== undefined && found !== '') return found;
        return {
          code: 'secret-missing',
          message: `the environment variable ${name} is not set`,
          remedy: `set ${name} where Lockstep is started, or use \${file:…}`,
        };
      }
      case 'file': {
        const file = path.resolve(world.directory, name);
        try {
          // An editor's newline at the end is not part of a token.
          return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
        } catch (error) {
          const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
          return {
            code: 'secret-missing',
            message: `the file ${name} cannot be read (${code})`,
            remedy: `relative paths start at ${world.directory}`,
          };
        }
      }
      default:
        return {
          code: 'unknown-reference',
          message: `unknown reference \${${scheme}:…}`,
          remedy: `use \${env:NAME} or \${file:PATH}`,
        };
    }
  }

  return { value: resolve(value, at), problems, secrets };
}

/** Keeps values that were put in out of a message; short ones are no secrets and occur by chance. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret.length >= 4)
    .reduce((clean, secret) => clean.replaceAll(secret, '‹secret›'), text);
}
