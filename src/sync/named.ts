/**
 * Before the first people are named: what a target has must be known, or somebody would be given the
 * name of an account that is there, and with it the account.
 */

import { ConnectorError } from '../connectors/spi/index.ts';
import type { Engine, Watch } from './engine.ts';
import { underLease } from './lease.ts';
import { listTarget } from './match.ts';
import { openTarget } from './target.ts';

const PATIENCE_SECONDS = 600;

/** Lists targets that hold drawn names and were never read to their end; costs nothing where none does. */
export async function listNamed(engine: Engine, watch: Watch): Promise<void> {
  const named = engine.targets.filter((target) => target.named);
  if (named.length === 0) return;
  const known = new Set(
    (await engine.warehouse.freshness()).map(({ system, kind }) => `${system}/${kind}`),
  );
  for (const policy of named) {
    if (known.has(`${policy.system}/${policy.kind}`)) continue;
    try {
      await underLease(
        `write/${policy.system}`,
        engine,
        watch,
        PATIENCE_SECONDS,
        async (watched) => {
          const { target, connector } = await openTarget(policy, engine);
          await listTarget(target, connector, engine, watched);
        },
      );
    } catch (error) {
      // One that does not answer is told of when it is to be written to.
      if (!(error instanceof ConnectorError)) throw error;
    }
  }
}
