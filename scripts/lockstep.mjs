#!/usr/bin/env node
/** The command line, from a checkout: `npm run -s lockstep -- status`. */
import { FRUGAL, runOnNode24 } from './install.mjs';

runOnNode24('src/main.ts', process.argv.slice(2), FRUGAL);
