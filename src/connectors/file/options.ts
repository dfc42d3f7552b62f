/** What an administrator sets to have a file read. */

import { z } from 'zod';

const ENCODINGS = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const;
export type Encoding = (typeof ENCODINGS)[number];

const FORMATS = ['csv', 'json', 'ndjson', 'xlsx'] as const;
export type Format = (typeof FORMATS)[number];

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

const secret = z.string().min(1).meta({ secret: true });

export const fileOptions = z
  .strictObject({
    path: z.string().min(1).optional().meta({
      title: 'File',
      description:
        'Relative paths start at the folder of the configuration. With mode delta also a folder.',
    }),
    url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .meta({ title: 'URL', description: 'Instead of a path: the file is fetched from there.' }),
    token: secret.optional().meta({ title: 'Bearer token', secret: true }),
    basic: z
      .strictObject({ user: z.string().min(1), password: secret.meta({ secret: true }) })
      .optional()
      .meta({ title: 'User name and password' }),
    header: z
      .strictObject({
        name: z.string().regex(/^[A-Za-z0-9-]+$/, 'the name of a header, such as X-Api-Key'),
        secret: secret.meta({ secret: true }),
      })
      .optional()
      .meta({ title: 'Header with a secret', description: 'Such as an API key.' }),
    timeoutSeconds: z.number().positive().max(3600).default(100).meta({
      title: 'Seconds until a fetched file has arrived whole',
    }),
    maxMegabytes: z.number().positive().max(4096).default(256).meta({
      title: 'Most megabytes of a fetched file, unpacked',
    }),
    id: z.string().min(1).meta({
      title: 'Id',
      description:
        'Column or member that identifies a record and never changes: employeeId. Under its name after `columns`.',
    }),
    kind: z.string().min(1).default('user').meta({
      title: 'Kind',
      description: 'What a record of the file is: user, group …',
    }),
    format: z.enum(FORMATS).optional().meta({
      title: 'Format',
      description:
        'By the ending of the file when not set: .json is an array of objects, .ndjson and .jsonl one object a line, .xlsx a spreadsheet, anything else CSV.',
    }),
    columns: z.record(z.string().min(1), z.string().min(1)).optional().meta({
      title: 'Columns',
      description: 'Column as the file has it: what it is called here.',
    }),
    delimiter: z.string().length(1).optional().meta({
      title: 'Delimiter',
      description:
        'Of CSV; the most frequent of comma, semicolon and tab in the header when not set.',
    }),
    encoding: z.enum(ENCODINGS).default('utf-8').meta({
      title: 'Encoding',
      description: 'A byte order mark in the file wins over this.',
    }),
    sheet: z.string().min(1).optional().meta({
      title: 'Sheet',
      description: 'Of a spreadsheet; the first one when not set.',
    }),
    mode: z.enum(['full', 'delta']).default('full').meta({
      title: 'Mode',
      description:
        'full: who is not in the file is gone. delta: the file says only what changed, and of a folder each file is taken once, in the order of their names.',
    }),
    operation: z.string().min(1).optional().meta({
      title: 'Operation',
      description:
        'With mode delta: the column that says whether a row is there or gone. Without one, every row is there.',
    }),
    operations: z
      .record(z.string().min(1), z.enum(['upsert', 'delete']))
      .optional()
      .meta({
        title: 'Operations',
        description: 'What the values of that column mean where they are none of the usual ones.',
      }),
  })
  .refine(({ path, url }) => (path === undefined) !== (url === undefined), {
    error: 'set either path or url',
  })
  .refine(({ token, basic }) => token === undefined || basic === undefined, {
    error: 'set one of token and basic',
  })
  .refine(
    ({ url, token, basic, header }) =>
      url === undefined ||
      [token, basic, header].every((part) => part === undefined) ||
      !URL.canParse(url) ||
      new URL(url).protocol === 'https:' ||
      LOOPBACK.test(new URL(url).hostname),
    { error: 'must be https, since a secret is sent there', path: ['url'] },
  )
  .refine(({ mode, operation }) => mode === 'delta' || operation === undefined, {
    error: 'a column of operations belongs to mode delta',
    path: ['operation'],
  })
  .refine(({ operation, operations }) => operation !== undefined || operations === undefined, {
    error: 'name the column whose values these are: operation',
    path: ['operations'],
  });

export type FileOptions = z.output<typeof fileOptions>;

/** By what was set, or by the ending of a name. */
export function formatOf({ format }: FileOptions, name: string): Format {
  if (format !== undefined) return format;
  const ending = /\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase() ?? '';
  return BY_ENDING[ending] ?? 'csv';
}

const BY_ENDING: Readonly<Record<string, Format>> = {
  json: 'json',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  xlsx: 'xlsx',
};

/** What the file is called to people: its path, or its address without what may be secret in it. */
export function nameOf({ path, url }: FileOptions): string {
  return path ?? url?.replace(/[?#].*$/, '').replace(/\/\/[^/@]*@/, '//') ?? '';
}
