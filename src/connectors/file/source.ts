/** What is read, with what, and for how long. */

import type { ConnectorContext } from '../spi/index.ts';
import type { FileOptions } from './options.ts';

/** One file, or one folder of them, of one system. */
export interface Source {
  readonly options: FileOptions;
  readonly context: ConnectorContext;
  readonly signal: AbortSignal;
}
