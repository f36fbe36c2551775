/** Which addresses a provider may have: read once from settings or the table `providers`, before any call. */
import { UsageError } from '../domain/errors.ts';

/**
 * The base URL in `text`; `source` names where it stands, for the message (`P88SYNC_RUNSIGNUP_URL`).
 * @throws UsageError unless it is https, or http to this machine: a credential goes with every call.
 */
export function parseProviderAddress(text: string, source: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // The text itself is not repeated: what is wrong with it may be a password in it.
  if (url === undefined) throw refuse(source, 'is not an address');
  if (url.username !== '' || url.password !== '') throw refuse(source, 'holds a user name or password');
  if (url.search !== '' || url.hash !== '') throw refuse(source, 'holds a query or fragment');
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw refuse(source, `is plain http to ${url.hostname}: the credential could be read on the way`);
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw refuse(source, `is ${url.protocol} and not https:`);
  return url;
}

/** This machine. `hostname` as URL normalises it: `127.1` has become `127.0.0.1`, IPv6 stands in brackets. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

function refuse(source: string, problem: string): UsageError {
  return new UsageError(`${source} ${problem}`, {
    hint: 'Use https://…; plain http only to this machine (localhost, 127.0.0.1, [::1]).',
  });
}
