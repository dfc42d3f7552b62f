/**
 * The address by which a client reached the service, also through a proxy that says so (RFC 7239,
 * `X-Forwarded-*`). Believed from everybody: it stands only in the answer to whoever sent it, as
 * the Host header does.
 */

/** Without a slash at the end; with the prefix a proxy has taken away. */
export function originOf({ url, headers }: Pick<Request, 'url' | 'headers'>): string {
  // Cut from the text: parsing the address of every request costs more than it looks.
  const hostBegins = url.indexOf('//') + 2;
  const [nearest = ''] = headers.get('forwarded')?.split(',') ?? [];
  const proto = parameter(nearest, 'proto') ?? first(headers.get('x-forwarded-proto'));
  const host = parameter(nearest, 'host') ?? first(headers.get('x-forwarded-host'));
  const prefix = first(headers.get('x-forwarded-prefix')) ?? '';
  return [
    proto !== undefined && /^https?$/i.test(proto)
      ? `${proto.toLowerCase()}://`
      : url.slice(0, hostBegins),
    host !== undefined && HOST.test(host)
      ? host
      : url.slice(hostBegins, url.indexOf('/', hostBegins)),
    PREFIX.test(prefix) ? prefix.replace(/\/$/, '') : '',
  ].join('');
}

const HOST = /^(?:[\w.-]{1,253}|\[[\da-f:.]{2,45}\])(?::\d{1,5})?$/i;
const PREFIX = /^(?:\/[\w.~-]{1,100}){0,10}\/?$/;

/** Of several proxies the first in the list is the one the client reached. */
function first(header: string | null): string | undefined {
  return header?.split(',')[0]?.trim();
}

function parameter(element: string, name: string): string | undefined {
  if (element === '') return undefined;
  for (const pair of element.split(';')) {
    const [key = '', value] = pair.split('=');
    if (key.trim().toLowerCase() === name) return value?.trim().replace(/^"(.*)"$/, '$1');
  }
  return undefined;
}
