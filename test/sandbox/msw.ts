/** Puts the sandbox where the real providers are: msw handlers for the addresses that the program would call. */
import { HttpResponse, http, type RequestHandler } from 'msw';
import { ConnectionReset } from '../../src/sandbox/faults.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';

/** Base URLs as a provider's `baseUrl`; that of Race Roster with or without its `/v1`. */
export function sandboxHandlers(
  sandbox: Pick<Sandbox, 'handle'>,
  bases: { readonly runsignup?: string | URL; readonly raceroster?: string | URL },
): RequestHandler[] {
  const handlers: RequestHandler[] = [];
  if (bases.runsignup !== undefined) handlers.push(forward(sandbox, trim(bases.runsignup), '/runsignup'));
  if (bases.raceroster !== undefined) {
    handlers.push(forward(sandbox, trim(bases.raceroster).replace(/\/v1$/, ''), '/raceroster'));
  }
  return handlers;
}

function forward(sandbox: Pick<Sandbox, 'handle'>, base: string, prefix: string): RequestHandler {
  return http.all(`${base}/*`, async ({ request }) => {
    const url = new URL(request.url);
    const target = new URL(
      prefix + url.pathname.slice(new URL(base).pathname.replace(/\/$/, '').length),
      'http://sandbox',
    );
    target.search = url.search;
    const body = request.method === 'GET' ? {} : { body: await request.text() };
    try {
      return await sandbox.handle(
        new Request(target, { method: request.method, headers: request.headers, signal: request.signal, ...body }),
      );
    } catch (error) {
      if (error instanceof ConnectionReset) return HttpResponse.error();
      throw error;
    }
  });
}

function trim(base: string | URL): string {
  return String(base).replace(/\/$/, '');
}
