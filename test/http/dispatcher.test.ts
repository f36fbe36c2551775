/** The caller over real sockets: what msw cannot show (stalls, resets, aborts, compressed bombs, the Agent in use). */
import { createServer, type RequestListener, type Server } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Interrupted, ProviderUnavailable, UnknownAnswer } from '../../src/domain/errors.ts';
import { createProviderFetch, type ProviderFetch } from '../../src/http/dispatcher.ts';
import { recordingCaller } from './recording-caller.ts';

let server: Server;
let address: string;
let listener: RequestListener;
let provider: ProviderFetch;
let connections = 0;

beforeAll(async () => {
  server = createServer((request, response) => listener(request, response));
  server.on('connection', () => {
    connections += 1;
  });
  address = await listen(server);
});
beforeEach(() => {
  provider = createProviderFetch();
  connections = 0;
});
afterEach(async () => {
  server.closeAllConnections();
  await provider.close();
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
});

async function listen(on: Server): Promise<string> {
  await new Promise<void>((resolve) => on.listen(0, '127.0.0.1', resolve));
  const bound = on.address();
  return `http://127.0.0.1:${bound !== null && typeof bound === 'object' ? bound.port : 0}`;
}

const get = { method: 'GET', path: '/races' } as const;

function callerOf(overrides: Parameters<typeof recordingCaller>[0] = {}) {
  return recordingCaller({ fetch: provider.fetch, baseUrl: new URL(address), ...overrides });
}

describe('over real sockets', () => {
  it('keeps one connection for several calls and reads compressed answers', async () => {
    listener = (_, response) => {
      response.setHeader('content-encoding', 'gzip');
      response.end(gzipSync('{"races":[]}'));
    };
    const { call, recording } = callerOf();
    expect((await call(get)).json()).toEqual({ races: [] });
    expect((await call(get)).json()).toEqual({ races: [] });
    expect(connections).toBe(1);
    expect(recording.settled.map((result) => result.bytes)).toEqual([12, 12]);
  });

  it('goes through its own Agent: a closed one refuses', async () => {
    listener = (_, response) => response.end('[]');
    const closed = createProviderFetch();
    await closed.close();
    const { call, recording } = callerOf({ fetch: closed.fetch, limits: { retryDelaysMs: [] } });
    await expect(call(get)).rejects.toThrow(ProviderUnavailable);
    expect(recording.settled.map((result) => result.error)).toEqual(['UND_ERR_DESTROYED']);
  });

  it('gives up on headers that do not come, and leaves the next try to the plan', async () => {
    listener = () => undefined;
    const { call, recording } = callerOf({ limits: { headersMs: 20, retryDelaysMs: [5] } });
    await expect(call(get)).rejects.toThrow(/GET 127\.0\.0\.1:\d+\/races did not answer in time/);
    expect(recording.settled).toEqual([{ status: undefined, durationMs: 0, bytes: 0, error: 'timeout' }]);
  });

  it('gives up on a body that stalls', async () => {
    listener = (_, response) => {
      response.write('[{"event":');
    };
    const { call, recording } = callerOf({ limits: { bodyMs: 50, retryDelaysMs: [] } });
    await expect(call(get)).rejects.toThrow(ProviderUnavailable);
    expect(recording.settled).toMatchObject([{ status: 200, error: 'timeout' }]);
  });

  it('takes a connection that is reset in the body for no answer, never for a short one', async () => {
    listener = (_, response) => {
      response.write('[]', () => response.destroy());
    };
    const { call, recording } = callerOf({ limits: { retryDelaysMs: [5] } });
    await expect(call(get)).rejects.toThrow(ProviderUnavailable);
    expect(recording.settled.map((result) => result.error)).toEqual(['UND_ERR_SOCKET', 'UND_ERR_SOCKET']);
  });

  it('names the reason where nobody listens', async () => {
    const gone = createServer();
    const baseUrl = new URL(await listen(gone));
    await new Promise((resolve) => gone.close(resolve));
    const { call, recording } = callerOf({ baseUrl, limits: { retryDelaysMs: [] } });
    await expect(call(get)).rejects.toThrow(`GET ${baseUrl.host}/races failed on the way (ECONNREFUSED)`);
    expect(recording.settled.map((result) => result.error)).toEqual(['ECONNREFUSED']);
  });

  it('reads no more than the size limit, compressed or not', async () => {
    listener = (_, response) => {
      response.setHeader('content-encoding', 'gzip');
      response.end(gzipSync(Buffer.alloc(1_000_000, 0x20)));
    };
    const { call, recording } = callerOf({ limits: { maxBytes: 1_000 } });
    await expect(call(get)).rejects.toThrow(UnknownAnswer);
    expect(recording.settled).toMatchObject([{ status: 200, error: 'too-large' }]);
  });

  it('breaks off at once where the run ends', async () => {
    const run = new AbortController();
    listener = (_, response) => {
      response.write('[');
      setImmediate(() => run.abort());
    };
    const { call, recording } = callerOf({ signal: run.signal });
    await expect(call(get)).rejects.toThrow(Interrupted);
    expect(recording.settled.map((result) => result.error)).toEqual(['interrupted']);
  });

  it('does not follow a redirect, not even on the same host', async () => {
    const paths: string[] = [];
    listener = (request, response) => {
      paths.push(request.url ?? '');
      response.writeHead(302, { location: '/elsewhere' }).end();
    };
    await expect(callerOf().call(get)).rejects.toThrow('redirects (302) to /elsewhere on the same host');
    expect(paths).toEqual(['/races']);
  });
});
