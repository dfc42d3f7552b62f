import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { EXTENSION } from './attributes.ts';
import { entraSchema } from './schema.ts';
import { servedAs } from './served-as.ts';

interface Row {
  readonly graph: string | null;
  readonly scim: string;
  /** Where the RFC has a place of its own. */
  readonly standard?: string;
  readonly appOnlyWrite: boolean;
  readonly type: string;
}

const TABLE: readonly Row[] = JSON.parse(
  readFileSync(
    new URL('../../../test/vectors/entra-scim-attributes.json', import.meta.url),
    'utf8',
  ),
);

const extension = (name: string): string => `extension_0123456789abcdef0123456789abcdef_${name}`;

/** By what each carries. */
const extensions = Object.fromEntries(
  ['description', 'honorificSuffix', 'middleName', 'homePhone', 'otherPhone'].map((name) => [
    name,
    extension(name),
  ]),
);

/** Graph's own notation, as our records have it. */
function ours(graph: string): string {
  return graph
    .replace('[0]', '')
    .replace('mailboxSettings.', '')
    .replace('manager.id', 'manager')
    .replace('photo/$value', 'photo');
}

it('has every row of the attribute table, under its own name and that of the RFC', () => {
  const rows = servedAs(extensions).user ?? {};
  for (const { graph, scim, standard } of TABLE) {
    const served = rows[scim];
    if (graph === null)
      expect([scim, String(served)]).toEqual([scim, expect.stringMatching(EXTENSION)]);
    else expect([scim, served]).toEqual([scim, ours(graph)]);
    if (standard !== undefined && graph !== null)
      expect([standard, rows[standard.replace(/\.value$/, '')] ?? rows[standard]]).toEqual([
        standard,
        ours(graph),
      ]);
  }
});

it('leads to nothing but attributes that are described, and writes what the table says', () => {
  const schema = entraSchema(Object.values(extensions));
  for (const [kind, rows] of Object.entries(servedAs(extensions))) {
    const described = schema.kinds.find((each) => each.kind === kind)?.attributes ?? [];
    const known = new Map(described.map((attribute) => [attribute.path, attribute]));
    for (const row of Object.values(rows)) expect([...known.keys()]).toContain(row);
    if (kind !== 'user') continue;
    for (const { graph, appOnlyWrite } of TABLE)
      if (graph !== null)
        expect([graph, known.get(ours(graph))?.mutability !== 'readOnly']).toEqual([
          graph,
          appOnlyWrite,
        ]);
  }
});
