/** The Ramp stand-in in its own process, its accounts in an embedded database, durably. */

import { startRamp } from '../src/emulators/ramp/start.ts';
import { directoryStorage } from '../src/store/directory.ts';
import { openDatabase } from '../src/store/open.ts';
import { serveOrders, settingsOf } from './child.ts';

export interface RampReady {
  readonly url: string;
  readonly token: string;
}

const { folder } = settingsOf<{ folder: string }>();
await using database = await openDatabase(folder, folder);
await using ramp = await startRamp({
  storage: directoryStorage(database, 'ramp'),
  token: 'ramp_benchmark',
});
await serveOrders(
  { url: ramp.url, token: ramp.token } satisfies RampReady,
  async () => await ramp.counters(),
);
