/** Which tenants and systems trust an issuer: of all tenants, whether they are open or not. */

import type { Configuration } from '../config/configuration.ts';
import type { Tenant } from '../identity/identity.ts';
import type { Trust } from '../server/auth/jwt.ts';
import { DEFAULT_TENANT } from '../server/tenants/tenant.ts';
import type { Installation } from '../tenants.ts';

/** For so long it is believed that nobody changed anything. */
const BELIEVED_MILLISECONDS = 2_000;

export function trustIndex(
  installation: Installation,
  configuration: Configuration,
  now: () => Date,
): (issuer: string) => Promise<readonly Trust[]> {
  const known = new Map<Tenant, { readonly version: number; readonly trusts: readonly Trust[] }>();
  let believedUntil = Number.NEGATIVE_INFINITY;
  let reading: Promise<void> | undefined;

  const read = async (): Promise<void> => {
    const versions = await installation.known.versions();
    for (const tenant of known.keys()) if (!versions.has(tenant)) known.delete(tenant);
    for (const [tenant, version] of versions) {
      if (known.get(tenant)?.version === version) continue;
      const loaded = await installation.configurationOf(tenant);
      // One that cannot be used trusts nobody; what is wrong with it is told where it is opened.
      known.set(tenant, { version, trusts: loaded?.ok ? trustsOf(tenant, loaded.value) : [] });
    }
    believedUntil = now().getTime() + BELIEVED_MILLISECONDS;
  };
  const ours = trustsOf(DEFAULT_TENANT, configuration);

  return async (issuer) => {
    if (now().getTime() >= believedUntil) {
      reading ??= read().finally(() => {
        reading = undefined;
      });
      await reading;
    }
    return [ours, ...[...known.values()].map(({ trusts }) => trusts)]
      .flat()
      .filter((trust) => trust.issuer.issuer === issuer);
  };
}

function trustsOf(tenant: Tenant, { systems }: Configuration): readonly Trust[] {
  return systems.flatMap(({ name, serve }) =>
    (serve?.trust ?? []).map((issuer) => ({ tenant, system: name, issuer })),
  );
}
