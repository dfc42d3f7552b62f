/** Writes the description of the API: `node scripts/with-node.mjs scripts/openapi.ts`. */

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { openApi } from '../src/server/api/openapi.ts';
import { ENDPOINTS } from '../src/server/api/routes/index.ts';

const file = path.resolve(import.meta.dirname, '../docs/openapi.json');
writeFileSync(file, `${JSON.stringify(openApi(ENDPOINTS, '/api'), undefined, 2)}\n`);
