/** RunSignUp says most errors with HTTP 200 and an error object: here they become our classes. Pure. */
import {
  CallRefused,
  CredentialRefused,
  type P88Error,
  ProviderThrottled,
  ProviderUnavailable,
  UnknownAnswer,
} from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import { integerOf, isObject } from './field-values.ts';

/** Official list of error codes; `error_msg` is not repeated, since nobody knows what it may quote. */
const meanings: Readonly<Record<number, string>> = {
  1: 'unknown method',
  2: 'wrong HTTP method',
  3: 'invalid parameters',
  4: 'unknown error',
  5: 'database error',
  6: 'key authentication failed',
  7: 'permission denied',
  8: 'not implemented',
  9: 'invalid date',
  10: 'invalid format',
  11: 'invalid submission',
  12: 'out of order',
  13: 'login needed',
  14: 'throttled',
  15: 'invalid id',
  201: 'race not found',
  301: 'event not found',
};

/**
 * The error in an answer; undefined where it holds none.
 * @param call names the call for the message: `GET /race/17/participants`.
 * @param retryAt what the Retry-After header said (UTC), for the throttle.
 */
export function errorIn(body: Json, call: string, retryAt: Date | undefined): P88Error | undefined {
  if (!isObject(body) || body['error'] === undefined) return undefined;
  const code = isObject(body['error']) ? integerOf(body['error']['error_code']) : null;
  if (code === null) return new UnknownAnswer(`RunSignUp answered ${call} with an error object without a code`);
  const message = `RunSignUp refused ${call}: ${meanings[code] ?? 'error'} (code ${code})`;
  switch (code) {
    case 6:
    case 7:
    case 13:
      return new CredentialRefused(message, {
        hint: 'Look at the key in the RunSignUp dashboard (revoked? access to this race?), then `p88sync credentials test`.',
      });
    case 14: {
      const hint = 'The credential rests for a while; if it happens often, lower its calls per hour.';
      return retryAt === undefined
        ? new ProviderThrottled(message, { hint })
        : new ProviderThrottled(message, { hint, retryAt });
    }
    case 4:
    case 5:
      return new ProviderUnavailable(message, { hint: 'It is tried again by itself.' });
    case 201:
    case 301:
      return new CallRefused(message, { hint: 'It was deleted there, or belongs to another account.' });
    default:
      return new CallRefused(message);
  }
}
