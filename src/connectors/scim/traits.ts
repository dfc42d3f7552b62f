/** A profile as the engine sees it. */

import type { AttributeRule, TargetTraits } from '../spi/index.ts';
import type { Profile, Protocol } from './profile.ts';

export function traitsOf(profile: Profile): Partial<TargetTraits> {
  const requestsPerSecond = lowestRate(profile.rate);
  return {
    enabledPath: profile.enabledPath,
    uniquePaths: profile.uniquePaths,
    pendingPaths: profile.pendingPaths,
    maxMembersPerRequest: profile.update.maxMembers,
    attributeRules: Object.fromEntries(
      Object.entries(profile.attributes).map(([kind, rules]) => [kind, rules.map(ruleOf)]),
    ),
    referenceRules: Object.values(profile.write).flatMap(({ referenceRules }) => referenceRules),
    ...(!profile.groups.readMembers && { hidesMembers: true }),
    ...(profile.paging.mode !== 'cursor' && { skips: true }),
    ...(profile.update.ifMatch && { versions: true }),
    ...(profile.visibilityLagSeconds !== undefined && {
      visibilityLagSeconds: profile.visibilityLagSeconds,
    }),
    ...(profile.maxParallel !== undefined && { maxConcurrency: profile.maxParallel }),
    ...(requestsPerSecond !== undefined && { requestsPerSecond }),
  };
}

/** The narrowest bucket that every write to users falls into; one for creates alone would slow down all. */
function lowestRate(rate: Protocol['rate']): number | undefined {
  const rates = rate
    .filter(({ resources, methods }) => {
      const writes =
        methods === undefined || ['POST', 'PATCH'].every((one) => methods.includes(one));
      return writes && (resources === undefined || resources.includes('user'));
    })
    .map(({ limit, perSeconds }) => limit / perSeconds);
  return rates.length > 0 ? Math.min(...rates) : undefined;
}

function ruleOf(rule: Protocol['attributes'][string][number]): AttributeRule {
  const { path, name, createOnly, createOnlyValues, maxLength, forbiddenCharacters, remedy } = rule;
  return {
    path,
    ...(name !== undefined && { name }),
    ...(createOnly && { createOnly }),
    ...(createOnlyValues !== undefined && { createOnlyValues }),
    ...(maxLength !== undefined && { maxLength }),
    ...(forbiddenCharacters !== undefined && { forbiddenCharacters }),
    ...(remedy !== undefined && { remedy }),
  };
}
