/** Why a piece of work was put off, as every report says it. */
import type { DeferredBecause } from '../domain/outcomes.ts';

const words: Readonly<Record<DeferredBecause, string>> = {
  'claimed-elsewhere': 'another run is at it',
  'run-ended': 'this run had to end before it was done',
  budget: 'the calls of this hour are spent',
  'credential-refused': 'its credential was refused before',
  'provider-pause': 'the provider asked for a pause before',
  'not-reached': 'this run ended before its turn came',
};

/** `Put off: another run is at it.` */
export function deferredText(because: DeferredBecause | undefined): string {
  return `Put off: ${because ? words[because] : 'another run is at it, or this one had to end'}.`;
}
