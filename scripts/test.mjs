/** `npm test`: everything that needs no server from outside; suites without theirs are skipped by name. */
import { runOnNode24 } from './install.mjs';

runOnNode24('node_modules/vitest/vitest.mjs', ['run', ...process.argv.slice(2)]);
