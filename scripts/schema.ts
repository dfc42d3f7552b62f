/** Writes the JSON Schema of the configuration for editors: `node scripts/with-node.mjs scripts/schema.ts`. */

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { connectorTypes } from '../src/compose.ts';
import { configurationJsonSchema } from '../src/config/schema.ts';

const file = path.resolve(import.meta.dirname, '../schema/lockstep.schema.json');
writeFileSync(file, `${JSON.stringify(configurationJsonSchema(connectorTypes()), undefined, 2)}\n`);
