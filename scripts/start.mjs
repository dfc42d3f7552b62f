/** `npm start`: the main job at work, Entra ID to Ramp, on loopback. */
import { FRUGAL, runOnNode24 } from './install.mjs';

runOnNode24('src/main.ts', ['demo', ...process.argv.slice(2)], FRUGAL);
