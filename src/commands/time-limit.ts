/** `--max-seconds`: the run's own end, earlier than the one that systemd or cron would force. */
import { UsageError } from '../domain/errors.ts';

/** A signal that is aborted by the outer one, or after `seconds`: then its reason is a `TimeoutError`, as AbortSignal.timeout has it. */
export function withTimeLimit(signal: AbortSignal, seconds: number | undefined): AbortSignal {
  if (seconds === undefined) return signal;
  // Not AbortSignal.any([signal, AbortSignal.timeout(…)]): Node 20 collects that timeout as garbage, and the end never comes.
  const limit = new AbortController();
  const end = () => limit.abort(signal.reason);
  if (signal.aborted) end();
  signal.addEventListener('abort', end, { once: true });
  setTimeout(() => limit.abort(new DOMException('the time limit is reached', 'TimeoutError')), seconds * 1000).unref();
  return limit.signal;
}

/** @throws UsageError unless it is a whole number of at least one second and at most a day. */
export function parseMaxSeconds(text: string): number {
  const seconds = Number(text);
  if (!/^\d+$/.test(text) || seconds < 1 || seconds > 86_400) {
    throw new UsageError(`--max-seconds ${text}: expected whole seconds from 1 to 86400`);
  }
  return seconds;
}
