/** What the documents promise: links that lead somewhere, and a section for every code. */

import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');

function textOf(file: string): string {
  return readFileSync(path.join(root, file), 'utf8');
}

/** As GitHub names a heading in links: lower case, blanks as hyphens, no punctuation. */
function anchorsOf(file: string): ReadonlySet<string> {
  const headings = textOf(file).matchAll(/^#+ +(.+)$/gm);
  return new Set(
    [...headings].map(([, heading = '']) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .trim()
        .replaceAll(/\s/g, '-'),
    ),
  );
}

function leadsNowhere(file: string, link: string): boolean {
  const [target = '', anchor] = link.split('#');
  const led = target === '' ? file : path.join(path.dirname(file), target);
  if (!existsSync(path.join(root, led))) return true;
  return anchor !== undefined && led.endsWith('.md') && !anchorsOf(led).has(anchor);
}

describe('every link leads somewhere in', () => {
  for (const file of globSync(['README.md', 'CHANGELOG.md', 'docs/**/*.md'], { cwd: root })) {
    it(file, () => {
      const links = [...textOf(file).matchAll(/\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"/g)]
        .map(([, markdown, html]) => markdown ?? html ?? '')
        .filter((link) => !/^[a-z]+:/.test(link));
      expect(links.filter((link) => leadsNowhere(file, link))).toEqual([]);
    });
  }
});

it('every connector has its page, and the index of connectors leads there', () => {
  const index = textOf('docs/connectors.md');
  const pages = globSync('connectors/*.md', { cwd: path.join(root, 'docs') });
  expect(pages.filter((page) => !index.includes(`(${page})`))).toEqual([]);
  const folders = globSync('*/options.ts', { cwd: path.join(root, 'src/connectors') });
  const types = folders.map((file) => path.dirname(file));
  expect(types.filter((type) => !pages.includes(`connectors/${type}.md`))).toEqual([]);
});

it('every test of a threat is named where the threats are listed', () => {
  const listed = textOf('docs/security.md');
  const named = globSync('test/threats/*.test.ts', { cwd: root }).flatMap((file) =>
    [...textOf(file).matchAll(/^(?:it|\]\))\('(T\d+: [^']+)'/gm)].map(([, name = '']) => name),
  );
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((name) => !listed.includes(`“${name}”`))).toEqual([]);
});

it('every code has a section in docs/errors.md, and one only', () => {
  const sections = [...textOf('docs/errors.md').matchAll(/^### (.+)$/gm)].map(([, code]) => code);
  const doubled = sections.filter((code, index) => sections.indexOf(code) !== index);
  expect(doubled).toEqual([]);
  const used = globSync('src/**/*.ts', { cwd: root })
    .filter((file) => !/\.test\.ts$|^src\/(emulators|cli\/demo)\//.test(file))
    .flatMap((file) =>
      [...textOf(file).matchAll(CODES)].map(([, ...found]) => found.find(Boolean)),
    );
  // Of the schema library, for what is wrong in a way of its own.
  const codes = new Set(used).difference(new Set(['custom']));
  expect([...codes].filter((code) => !sections.includes(code)).toSorted()).toEqual([]);
});

/** Where a code is given: to a problem, to a refusal of the command line or of a verb, to an omission. */
const CODES =
  /\bcode: '([a-z0-9-]+)'|\bnew (?:Verb)?Refusal\(\s*'([a-z0-9-]+)'|\brefuse\(\s*subject,\s*'([a-z0-9-]+)'/g;
