import { expect, it } from 'vitest';
import { originOf } from './origin.ts';

const DIRECT = 'http://10.0.0.7:8080';

it.each<[string, Readonly<Record<string, string>>, string]>([
  ['nobody between', {}, DIRECT],
  ['TLS ends before us', { 'x-forwarded-proto': 'https' }, 'https://10.0.0.7:8080'],
  [
    'another name',
    { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'scim.contoso.com' },
    'https://scim.contoso.com',
  ],
  [
    'several proxies',
    { 'x-forwarded-proto': 'https, http', 'x-forwarded-host': 'scim.contoso.com, inner:81' },
    'https://scim.contoso.com',
  ],
  [
    'a prefix taken away',
    { 'x-forwarded-host': 'contoso.com', 'x-forwarded-prefix': '/identity/' },
    'http://contoso.com/identity',
  ],
  [
    'the standard, which counts more',
    {
      forwarded: 'for=1.2.3.4;proto=https;host="[2001:db8::1]:444", for=x;host=inner',
      'x-forwarded-host': 'other.example',
    },
    'https://[2001:db8::1]:444',
  ],
])('is that of the client: %s (RFC 7239)', (_, headers, origin) => {
  expect(originOf(new Request(`${DIRECT}/scim/v2/inbox`, { headers }))).toBe(origin);
});

it.each<Readonly<Record<string, string>>>([
  { 'x-forwarded-proto': 'javascript' },
  { 'x-forwarded-host': 'contoso.com/path' },
  { 'x-forwarded-host': 'user@contoso.com' },
  { 'x-forwarded-prefix': '//fabrikam.com' },
  { 'x-forwarded-prefix': '/../..?x' },
  { forwarded: 'host="a b";proto=ftp' },
])('takes nothing that is no part of an address: %j', (headers) => {
  expect(originOf(new Request(`${DIRECT}/scim`, { headers }))).toBe(DIRECT);
});
