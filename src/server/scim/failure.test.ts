import { expect, it } from 'vitest';
import { ConnectorError } from '../../connectors/spi/index.ts';
import { asScimError } from './failure.ts';

const told = (kind: ConnectorError['kind'], code: string) => {
  const error = asScimError(new ConnectorError(kind, 'update user 7', { code }));
  return [error?.status, error?.scimType];
};

it('tells a value that somebody else has from one that leads to nobody (RFC 7644 §3.12)', () => {
  expect(told('conflict', 'conflict')).toEqual([409, 'uniqueness']);
  expect(told('conflict', 'reference-not-visible')).toEqual([400, 'invalidValue']);
});

it('tells what nobody refused as a mistake of ours', () => {
  expect(asScimError(new TypeError('undefined is not a function'))).toBeUndefined();
});
