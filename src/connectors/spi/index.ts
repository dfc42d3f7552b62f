export type * from './connector.ts';
export type * from './definition.ts';
export { ConnectorError, type ConnectorErrorOptions, type FailureKind } from './error.ts';
export type * from './schema.ts';
