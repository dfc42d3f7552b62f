/** Runs a script of this checkout on its own Node 24: `node scripts/with-node.mjs bench/main.ts`. */
import { FRUGAL, runOnNode24 } from './install.mjs';

const [script, ...parameters] = process.argv.slice(2);
runOnNode24(script, parameters, FRUGAL);
