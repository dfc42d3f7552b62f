/** Tokens and clients of OAuth, made, rotated and revoked by administrators. */

import { type Endpoint, endpoint } from '../endpoint.ts';
import {
  accessQuery,
  accessToken,
  clientBody,
  clientOf,
  newClient,
  newToken,
  oauthClient,
  rotationBody,
  tokenBody,
  tokenOf,
} from '../schemas/access.ts';
import { listOf } from '../schemas/named.ts';
import { nothing } from '../schemas/request.ts';

export const ACCESS: readonly Endpoint[] = [
  endpoint({
    name: 'listTokens',
    method: 'get',
    path: '/tokens',
    summary: 'Which tokens there are, and when each was used last; never a token itself.',
    parameters: nothing,
    query: accessQuery,
    answers: { type: 'json', schema: listOf('AccessTokens', accessToken) },
    work: async ({ query, access }) => ({
      type: 'json',
      value: { items: await (await access(query.tenant)).tokens() },
    }),
  }),
  endpoint({
    name: 'createToken',
    method: 'post',
    path: '/tokens',
    summary: 'A new token, for one system or the API.',
    parameters: nothing,
    query: accessQuery,
    body: tokenBody,
    answers: { type: 'json', schema: newToken },
    refuses: ['unknown-system', 'system-not-served'],
    work: async ({ query, body, access }) => ({
      type: 'json',
      value: await (await access(query.tenant)).createToken(body.scope, body.days),
    }),
  }),
  endpoint({
    name: 'rotateToken',
    method: 'post',
    path: '/tokens/{token}/rotation',
    summary: 'Another token that opens the same; the one before stays valid for a while.',
    parameters: tokenOf,
    query: accessQuery,
    body: rotationBody,
    answers: { type: 'json', schema: newToken },
    refuses: ['token-unknown', 'token-ended'],
    work: async ({ path, query, body, access }) => ({
      type: 'json',
      value: await (await access(query.tenant)).rotateToken(path.token, body),
    }),
  }),
  endpoint({
    name: 'revokeToken',
    method: 'delete',
    path: '/tokens/{token}',
    summary: 'It opens nothing any more, within seconds.',
    parameters: tokenOf,
    query: accessQuery,
    answers: { type: 'json', schema: accessToken },
    refuses: ['token-unknown'],
    work: async ({ path, query, access }) => ({
      type: 'json',
      value: await (await access(query.tenant)).revokeToken(path.token),
    }),
  }),
  endpoint({
    name: 'listClients',
    method: 'get',
    path: '/clients',
    summary: 'Which clients of OAuth there are, and when their secrets were used last.',
    parameters: nothing,
    query: accessQuery,
    answers: { type: 'json', schema: listOf('Clients', oauthClient) },
    work: async ({ query, access }) => ({
      type: 'json',
      value: { items: await (await access(query.tenant)).clients() },
    }),
  }),
  endpoint({
    name: 'createClient',
    method: 'post',
    path: '/clients',
    summary: 'A client that gets access tokens at /oauth2/token.',
    parameters: nothing,
    query: accessQuery,
    body: clientBody,
    answers: { type: 'json', schema: newClient },
    refuses: ['unknown-system', 'system-not-served'],
    work: async ({ query, body: { name, scope, days }, access }) => ({
      type: 'json',
      value: await (await access(query.tenant)).createClient(name, scope, days),
    }),
  }),
  endpoint({
    name: 'rotateClient',
    method: 'post',
    path: '/clients/{client}/rotation',
    summary: 'Another secret; the one before stays valid for a while, older ones end.',
    parameters: clientOf,
    query: accessQuery,
    body: rotationBody,
    answers: { type: 'json', schema: newClient },
    refuses: ['client-unknown', 'token-ended'],
    work: async ({ path, query, body, access }) => ({
      type: 'json',
      value: await (await access(query.tenant)).rotateClient(path.client, body),
    }),
  }),
  endpoint({
    name: 'revokeClient',
    method: 'delete',
    path: '/clients/{client}',
    summary: 'It gets no token any more, and those it was given end within seconds.',
    parameters: clientOf,
    query: accessQuery,
    answers: { type: 'json', schema: oauthClient },
    refuses: ['client-unknown'],
    work: async ({ path, query, access }) => ({
      type: 'json',
      value: await (await access(query.tenant)).revokeClient(path.client),
    }),
  }),
];
