/**
 * A line to the sandbox that misbehaves on request: an HTTP server on loopback that passes calls on, or does to them what no
 * sandbox can do from within (half an answer, none at all, one without end). troubles.ts says what may be done.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { SandboxProvider } from '../../../src/sandbox/world.ts';

/** A whole answer of the sandbox. */
export interface LineAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** A call that came in. */
export interface Exchange {
  readonly method: string;
  /** Path and query as they came, the provider's prefix included. */
  readonly path: string;
  readonly response: ServerResponse;
  /** What the sandbox answers; `path` asks it for something else. */
  ask(path?: string): Promise<LineAnswer>;
  /** Sends an answer whole. */
  send(answer: LineAnswer): void;
}

/** What becomes of a call; whoever sends nothing leaves the caller waiting. */
export type Trouble = (exchange: Exchange) => Promise<void> | void;

export interface Where {
  /** One of them; default: all. */
  readonly providers?: readonly SandboxProvider[];
  /** Part of path and query. */
  readonly path?: RegExp;
  /** Matching calls that still go well first. */
  readonly skip?: number;
  /** Calls that go wrong; default: all, until it ends. */
  readonly times?: number;
}

export interface Running {
  /** Calls that it got. */
  hits(): number;
  end(): void;
}

export interface ProviderLine {
  readonly url: string;
  /** From now on. Of several that match, the one that began first has the call. */
  begin(where: Where, trouble: Trouble): Running;
  /** Everything goes well again. */
  clear(): void;
  close(): Promise<void>;
}

/** @param target the address of the sandbox. */
export async function startProviderLine(target: string): Promise<ProviderLine> {
  const running = new Set<{ readonly where: Where; readonly trouble: Trouble; seen: number; hits: number }>();

  function troubleFor(path: string): Trouble | undefined {
    for (const one of running) {
      const { providers, path: pattern, skip = 0, times = Number.POSITIVE_INFINITY } = one.where;
      if (providers && !providers.some((provider) => path.startsWith(`/${provider}/`))) continue;
      if (pattern && !pattern.test(path)) continue;
      one.seen += 1;
      if (one.seen <= skip || one.hits >= times) continue;
      one.hits += 1;
      return one.trouble;
    }
    return undefined;
  }

  const server = createServer((request, response) => {
    void exchange(request, response, target).then(async (call) => {
      const trouble = troubleFor(call.path) ?? passOn;
      try {
        await trouble(call);
      } catch {
        // The sandbox was told to reset, or the caller has gone: either way nobody gets an answer.
        response.destroy();
      }
    });
  });
  await listen(server);
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  return {
    url,
    begin: (where, trouble) => {
      const own = { where, trouble, seen: 0, hits: 0 };
      running.add(own);
      return { hits: () => own.hits, end: () => void running.delete(own) };
    },
    clear: () => running.clear(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const passOn: Trouble = async ({ ask, send }) => send(await ask());

/** Of the connection between two neighbours, and not of the answer. */
const hopByHop: readonly string[] = ['connection', 'keep-alive', 'transfer-encoding', 'content-length'];

async function exchange(request: IncomingMessage, response: ServerResponse, target: string): Promise<Exchange> {
  const { method = 'GET', url: path = '/' } = request;
  const body = await buffer(request);
  // The clock is the sandbox's.
  response.sendDate = false;
  return {
    method,
    path,
    response,
    ask: async (other = path) => {
      const headers = Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
        hopByHop.includes(name) || name === 'host' || value === undefined ? [] : [[name, String(value)]],
      );
      const answer = await fetch(`${target}${other}`, { method, headers, ...(body.length > 0 && { body }) });
      const kept = [...answer.headers].filter(([name]) => !hopByHop.includes(name));
      return {
        status: answer.status,
        headers: Object.fromEntries(kept),
        body: Buffer.from(await answer.arrayBuffer()),
      };
    },
    send: (answer) => {
      response.writeHead(answer.status, { ...answer.headers, 'content-length': answer.body.length });
      response.end(answer.body);
    },
  };
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
}
