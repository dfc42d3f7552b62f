/** Why the token service refused, by its numbers: they are stable, its texts are for people. */

import { ConnectorError, type JsonResponse } from '../spi/index.ts';

interface Meaning {
  readonly code: string;
  readonly what: string;
  readonly remedy: string;
}

const WRONG_TRUST: Meaning = {
  code: 'federation-not-trusted',
  what: 'the application does not trust the issuer, subject or audience of this token',
  remedy: 'Add a federated credential with exactly these values to the application.',
};

const NO_APPLICATION: Meaning = {
  code: 'unknown-application',
  what: 'the tenant has no such application',
  remedy: 'Check clientId, and that the application is registered in this tenant.',
};

const BY_NUMBER: Readonly<Record<number, Meaning>> = {
  7000215: {
    code: 'wrong-secret',
    what: 'the client secret is wrong',
    remedy: 'Use the value of the secret, not its id; create a new one if it is lost.',
  },
  7000222: {
    code: 'secret-expired',
    what: 'the client secret has expired',
    remedy: 'Create a new secret, or better: register a certificate.',
  },
  7000112: {
    code: 'application-disabled',
    what: 'the application is disabled in the tenant',
    remedy: 'Enable sign-in for it under Enterprise applications.',
  },
  700016: NO_APPLICATION,
  700038: NO_APPLICATION,
  500011: {
    code: 'unknown-resource',
    what: 'the tenant does not know Microsoft Graph under this address',
    remedy: 'Check `cloud`: the tenant lives in another one.',
  },
  90002: {
    code: 'tenant-not-found',
    what: 'there is no such tenant in this cloud',
    remedy: 'Check `tenant` and `cloud`.',
  },
  700027: {
    code: 'certificate-not-registered',
    what: 'the certificate is not registered with the application, or its key does not fit',
    remedy: 'Upload the public part of exactly this certificate to the app registration.',
  },
  700024: {
    code: 'clock-skew',
    what: 'the signed assertion is outside its time window',
    remedy: 'Set the clock of this machine.',
  },
  700023: {
    code: 'federation-not-trusted',
    what: 'the audience of the assertion is wrong',
    remedy: 'Federated tokens need the audience api://AzureADTokenExchange.',
  },
  700213: WRONG_TRUST,
  70021: WRONG_TRUST,
};

/** Numbers that pass by themselves. */
const TRANSIENT: ReadonlySet<number> = new Set([50196, 90033]);

export function tokenError(attempt: string, answer: JsonResponse): ConnectorError {
  const numbers = numbersOf(answer.body);
  const retryAfterSeconds = answer.retryAfterSeconds;
  const wait = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  if (answer.status === 429)
    return new ConnectorError('throttled', `${attempt}: the token service asks to wait`, wait);
  const meaning = numbers.map((number) => BY_NUMBER[number]).find((known) => known !== undefined);
  if (meaning !== undefined)
    return new ConnectorError(
      'denied',
      `${attempt}: ${meaning.what} (AADSTS${numbers.join(', AADSTS')})`,
      { code: meaning.code, remedy: meaning.remedy, general: true },
    );
  if (answer.status >= 500 || numbers.some((number) => TRANSIENT.has(number)))
    return new ConnectorError(
      'unreachable',
      `${attempt}: the token service answered ${answer.status}`,
      { code: 'service-unavailable', ...wait },
    );
  const description = descriptionOf(answer);
  // What hosts of managed identities say, without a number.
  const nobody = /identity not found/i.test(description);
  return new ConnectorError(
    'denied',
    `${attempt}: the token service answered ${answer.status}: ${description}`,
    {
      code: nobody ? 'identity-not-found' : 'token-refused',
      remedy: nobody
        ? 'Assign the managed identity to this machine, or check its clientId.'
        : "Look into the tenant's sign-in logs for service principals.",
      general: true,
    },
  );
}

function numbersOf(body: unknown): readonly number[] {
  if (typeof body !== 'object' || body === null || !('error_codes' in body)) return [];
  const codes = body.error_codes;
  return Array.isArray(codes) ? codes.filter((code): code is number => Number.isInteger(code)) : [];
}

/** One line of it; the service adds trace ids on further ones. */
function descriptionOf({ body, text }: JsonResponse): string {
  if (typeof body !== 'object' || body === null) return text ?? 'no reason';
  if ('error_description' in body && typeof body.error_description === 'string')
    return (body.error_description.split(/[\r\n]/)[0] ?? '').slice(0, 300);
  return 'error' in body && typeof body.error === 'string' ? body.error : 'no reason';
}
