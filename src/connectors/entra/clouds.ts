/**
 * Where each cloud of Microsoft has its token service and its Graph. Tokens of one are refused by
 * the others. A private stand-in is a record of the same shape.
 */

export interface Cloud {
  /** Base URL of the token service, without a slash at the end. */
  readonly authority: string;
  /** Base URL of Microsoft Graph, without the version. */
  readonly graph: string;
  /** What tokens are asked for; equals Graph's base URL in every cloud of Microsoft. */
  readonly resource: string;
}

export const CLOUD_NAMES = [
  'global',
  'usgov',
  'usgov-dod',
  'china',
  'france',
  'germany',
  'singapore',
] as const;

export type CloudName = (typeof CLOUD_NAMES)[number];

export const CLOUDS: Readonly<Record<CloudName, Cloud>> = {
  // Microsoft 365 GCC lives here too.
  global: cloud('https://login.microsoftonline.com', 'https://graph.microsoft.com'),
  // GCC High.
  usgov: cloud('https://login.microsoftonline.us', 'https://graph.microsoft.us'),
  'usgov-dod': cloud('https://login.microsoftonline.us', 'https://dod-graph.microsoft.us'),
  china: cloud(
    'https://login.partner.microsoftonline.cn',
    'https://microsoftgraph.chinacloudapi.cn',
  ),
  // The last three are young: their hosts are known from public client configurations alone.
  france: cloud('https://login.sovcloud-identity.fr', 'https://graph.svc.sovcloud.fr'),
  germany: cloud('https://login.sovcloud-identity.de', 'https://graph.svc.sovcloud.de'),
  singapore: cloud('https://login.sovcloud-identity.sg', 'https://graph.svc.sovcloud.sg'),
};

function cloud(authority: string, graph: string): Cloud {
  return { authority, graph, resource: graph };
}

export function cloudOf(
  chosen: CloudName | { authority: string; graph: string; resource?: string | undefined },
): Cloud {
  if (typeof chosen === 'string') return CLOUDS[chosen];
  const graph = withoutSlash(chosen.graph);
  return { authority: withoutSlash(chosen.authority), graph, resource: chosen.resource ?? graph };
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
