/** Puts the sandbox where the real providers are: msw handlers for the addresses that the program would call. */
import { HttpResponse, http, type RequestHandler } from 'msw';
import { ConnectionReset } from '../../src/sandbox/faults.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { standIns } from '../../src/sandbox/stand-ins.ts';
import type { SandboxProvider } from '../../src/sandbox/world.ts';

/** Handlers for the real addresses of the providers named. */
export function sandboxHandlers(
  sandbox: Pick<Sandbox, 'handle'>,
  providers: readonly SandboxProvider[],
): RequestHandler[] {
  return standIns
    .filter(({ provider }) => providers.includes(provider))
    .flatMap(({ addresses }) => addresses.map(({ real, path }) => forward(sandbox, real, path)));
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
