/** What of one piece of work holds for all that is left of its credential in this run. */
import type { DeferredBecause, Failure } from '../domain/outcomes.ts';

const becauseOf: Readonly<Record<string, DeferredBecause | undefined>> = {
  CredentialRefused: 'credential-refused',
  ProviderThrottled: 'provider-pause',
  BudgetSpent: 'budget',
};

/** Why the credential's other work is put off behind this failure; undefined: it goes on. */
export function stopsCredential(failure: Failure | undefined): DeferredBecause | undefined {
  return failure && becauseOf[failure.kind];
}
