import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { openApi } from './openapi.ts';
import { POLICY } from './policy.ts';
import { ENDPOINTS } from './routes/index.ts';

const docs = path.resolve(import.meta.dirname, '../../../docs');

const document = JSON.parse(JSON.stringify(openApi(ENDPOINTS, '/api')));

it('is published as it is made from the schemas: scripts/openapi.ts', async () => {
  expect(JSON.parse(await readFile(path.join(docs, 'openapi.json'), 'utf8'))).toEqual(document);
});

it('describes every operation with its role, and no other', () => {
  const described = Object.values<Record<string, { operationId: string }>>(document.paths).flatMap(
    (methods) => Object.values(methods).map(({ operationId }) => operationId),
  );
  expect(described.toSorted()).toEqual(Object.keys(POLICY).toSorted());
  expect(document.paths['/plans/{plan}/release'].post['x-role']).toBe('administrator');
});

it('refers to nothing that it does not describe', () => {
  const refs = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)];
  const missing = refs.flatMap(([, name = '']) =>
    name in document.components.schemas ? [] : [name],
  );
  expect(missing).toEqual([]);
});

it('names parameters as its paths do', () => {
  for (const { path: template, parameters } of ENDPOINTS) {
    const named = [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    expect(Object.keys(parameters.shape)).toEqual(named);
  }
});

it('names only codes that docs/errors.md explains', async () => {
  const errors = await readFile(path.join(docs, 'errors.md'), 'utf8');
  const sources = ['api.ts', 'body.ts', 'problem.ts', 'tasks.ts', 'routes/known.ts'];
  const texts = await Promise.all(
    sources.map((file) => readFile(path.join(import.meta.dirname, file), 'utf8')),
  );
  const thrown = texts.flatMap((text) =>
    [...text.matchAll(/new ApiProblem\(\s*\d+,\s*'([a-z-]+)'/g)].map(([, code]) => code ?? ''),
  );
  const codes = new Set([...thrown, ...ENDPOINTS.flatMap(({ refuses }) => refuses)]);
  expect(codes.size).toBeGreaterThan(15);
  expect([...codes].filter((code) => !errors.includes(`\n### ${code}\n`))).toEqual([]);
});
