export type * from './connector.ts';
export type * from './definition.ts';
export { type Download, type Downloaded, download } from './download.ts';
export { ConnectorError, type ConnectorErrorOptions, type FailureKind } from './error.ts';
export { type Exchange, type Exchanged, pathOf, requestIdIn } from './exchange.ts';
export {
  type Http,
  type JsonRequest,
  type JsonResponse,
  requestJson,
  retryAfter,
} from './http.ts';
export type * from './inbox.ts';
export { leanFetch } from './lean-fetch.ts';
export { type ClientCredentials, clientCredentialTokens, type TokenSource } from './oauth.ts';
export type * from './postbox.ts';
export { type RateBucket, rateBucket } from './rate.ts';
export type * from './schema.ts';
export type * from './served.ts';
export type * from './texts.ts';
