/** What an administrator sets to have a file read. */

import { z } from 'zod';

const ENCODINGS = ['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'] as const;
export type Encoding = (typeof ENCODINGS)[number];

const FORMATS = ['csv', 'json', 'ndjson'] as const;
export type Format = (typeof FORMATS)[number];

export const fileOptions = z.strictObject({
  path: z.string().min(1).meta({
    title: 'File',
    description: 'Relative paths start at the folder of the configuration.',
  }),
  id: z.string().min(1).meta({
    title: 'Id',
    description: 'Column or member that identifies a record and never changes: employeeId.',
  }),
  kind: z.string().min(1).default('user').meta({
    title: 'Kind',
    description: 'What a record of the file is: user, group …',
  }),
  format: z.enum(FORMATS).optional().meta({
    title: 'Format',
    description:
      'By the ending of the file when not set: .json is an array of objects, .ndjson and .jsonl one object a line, anything else CSV.',
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
});

export type FileOptions = z.output<typeof fileOptions>;

export function formatOf({ format, path }: FileOptions): Format {
  if (format !== undefined) return format;
  if (/\.json$/i.test(path)) return 'json';
  return /\.(ndjson|jsonl)$/i.test(path) ? 'ndjson' : 'csv';
}
