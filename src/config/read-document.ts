/** The part of the document that says how a system is read. */

import { z } from 'zod';
import { attributeName, expression } from './fields.ts';
import { joinDocument } from './join.ts';

const readRow = z.union([
  expression,
  z.strictObject({
    value: expression
      .optional()
      .meta({ description: 'The attribute of the same name by default.' }),
    ref: attributeName.optional().meta({
      title: 'Reference',
      description:
        'The value names the person whose identity attribute this is, as a manager does.',
    }),
  }),
]);

export const readKind = z.strictObject({
  creates: z.boolean().optional().meta({
    title: 'Creates identities',
    description:
      'Whether a record that joins nobody makes a new identity. True for a system that is only read, false for one that is also written.',
  }),
  authority: z.boolean().optional().meta({
    title: 'Authority',
    description:
      'Whether a record keeps its identity alive: a person without any has left. The default is as for creates.',
  }),
  while: z.string().min(1).optional().meta({
    title: 'While',
    description:
      'A SCIM filter over the record as identity attributes, with dates: it counts only while that holds, such as: not (employeeLeaveDateTime le "now-1d").',
  }),
  join: joinDocument.optional(),
  map: z.record(attributeName, readRow).optional().meta({
    title: 'Map',
    description: 'Identity attribute: expression over the record. Added to the default map.',
  }),
  precedence: z.record(attributeName, z.number().int().min(0)).optional().meta({
    title: 'Precedence',
    description:
      'By identity attribute; the smaller number wins. Otherwise systems win in the order of this file.',
  }),
  authoritative: z.array(attributeName).optional().meta({
    title: 'Authoritative',
    description:
      'Identity attributes of which this system has the say, before all others; that it has no value is a value.',
  }),
  modified: expression.optional().meta({
    title: 'Modified',
    description:
      'When the system itself changed the record, such as [lastModified]. Otherwise the reading that shows a change counts.',
  }),
});

export type ReadDocument = z.output<typeof readKind>;
