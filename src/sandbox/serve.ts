/** Serves the sandbox over HTTP, for `sandbox`, `demo` and the tests that start the program as a process. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { ConnectionReset } from './faults.ts';
import type { Sandbox } from './sandbox.ts';

/** `port` 0 takes a free one. Only this machine can reach it unless `host` says otherwise. */
export async function serveSandbox(
  sandbox: Pick<Sandbox, 'handle'>,
  options: { port: number; host?: string },
): Promise<{ url: string; close(): Promise<void> }> {
  const host = options.host ?? '127.0.0.1';
  const server = createServer((request, response) => {
    void answer(sandbox, request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, host, resolve);
  });
  return { url: `http://${host.includes(':') ? `[${host}]` : host}:${portOf(server)}`, close: () => close(server) };
}

async function answer(sandbox: Pick<Sandbox, 'handle'>, request: IncomingMessage, response: ServerResponse) {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  // The `Date` header is the sandbox clock's, not this machine's.
  response.sendDate = false;
  try {
    const result = await sandbox.handle(await requestOf(request, gone.signal));
    response.writeHead(result.status, Object.fromEntries(result.headers));
    response.end(Buffer.from(await result.arrayBuffer()));
  } catch (error) {
    if (error instanceof ConnectionReset || gone.signal.aborted) {
      request.socket.destroy();
      return;
    }
    response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' });
    response.end(`The sandbox has a bug: ${error instanceof Error ? error.message : String(error)}\n`);
  }
}

async function requestOf(request: IncomingMessage, signal: AbortSignal): Promise<Request> {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  const method = request.method ?? 'GET';
  const hasBody = method !== 'GET' && method !== 'HEAD';
  const url = new URL(request.url ?? '/', 'http://sandbox');
  return new Request(url, { method, headers, signal, ...(hasBody ? { body: await text(request) } : {}) });
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function close(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error === undefined ? resolve() : reject(error)));
    // Clients keep connections open; they would hold up the end.
    server.closeAllConnections();
  });
}
