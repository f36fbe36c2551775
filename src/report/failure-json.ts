import type { StatusFailure } from '../domain/status.ts';
import { isoOrNull } from './json-text.ts';

/** The newest failure of an event's sync, of a push or of a pull, as `status --json` tells it; null: none. */
export function failureJson(failure: StatusFailure | undefined) {
  if (!failure) return null;
  const { at, status, failures, reason, retryAt } = failure;
  return { at: at.toISOString(), status, failures, reason, retryAt: isoOrNull(retryAt) };
}
