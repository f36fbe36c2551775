/** What days of simulated ticks share: the way to the sandbox without sockets, and the judge of the budget. */
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import type { Installation } from './installation.ts';

/** A `fetch` that calls the sandbox itself: tens of thousands of calls need no sockets to prove a schedule. */
export function straightTo(sandbox: Sandbox): (url: URL, init: RequestInit) => Promise<Response> {
  return (url, { method = 'GET', headers, body, signal }) =>
    sandbox.handle(
      new Request(url, { method, ...(headers && { headers }), ...(body && { body }), ...(signal && { signal }) }),
    );
}

/** The most calls of one credential in any 60 minutes. @param provider of all credentials, or of those with this one. */
export async function busiestHour({ query }: Pick<Installation, 'query'>, provider?: string): Promise<number> {
  const [row] = await query<{ most: number }>(`select max(n)::int as most from (
    select count(*) over (partition by partner_provider_credential_id order by called_at
      range between interval '59 minutes 59.999 seconds' preceding and current row) as n from api_calls
      ${provider === undefined ? '' : `join providers using (provider_id) where name = '${provider}'`}) hours`);
  return row?.most ?? 0;
}
