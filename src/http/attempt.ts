/** One attempt at one call: fetch under a time limit for the headers, one for the body, and a size limit. */
import type { RawAnswer } from './answer.ts';
import type { Fetch } from './dispatcher.ts';

export interface CallLimits {
  /** Milliseconds until the headers are there. */
  readonly headersMs: number;
  /** Milliseconds from the headers to the end of the body: a body that trickles or stalls ends here too. */
  readonly bodyMs: number;
  readonly maxBytes: number;
  /** Waits before each retry within the call; as many retries as there are waits. */
  readonly retryDelaysMs: readonly number[];
}

export const defaultCallLimits: CallLimits = {
  headersMs: 30_000,
  // 2500 registrations with questions are about 4 MB: half a minute on a slow line.
  bodyMs: 60_000,
  // 16 times the largest page known (Copernico's 6 MB aside, none is over 4 MB), and still far from this process's memory.
  maxBytes: 64 * 1024 * 1024,
  retryDelaysMs: [1_000, 3_000],
};

/** `none`: no whole answer came; `code` is a word for the log (`timeout`, `ECONNRESET`), `interrupted` where the run ends. */
export type Attempt =
  | { readonly kind: 'answer'; readonly answer: RawAnswer }
  | {
      readonly kind: 'none';
      readonly code: string;
      readonly status: number | undefined;
      readonly bytes: number;
      readonly cause: unknown;
    };

/** Never throws: what went wrong is in the result, so that every attempt can be logged. */
export async function attemptCall(
  fetch: Fetch,
  url: URL,
  init: RequestInit,
  limits: CallLimits,
  run: AbortSignal | undefined,
): Promise<Attempt> {
  const controller = new AbortController();
  let code: string | undefined;
  const end = (why: string) => {
    code ??= why;
    controller.abort();
  };
  // Listener instead of AbortSignal.any: the run's signal lives for thousands of calls, and each `any` would stay on it.
  const interrupted = () => end('interrupted');
  run?.addEventListener('abort', interrupted);
  if (run?.aborted) interrupted();
  let timer = setTimeout(() => end('timeout'), limits.headersMs);
  let status: number | undefined;
  let bytes = 0;
  try {
    const response = await fetch(url, { ...init, redirect: 'manual', signal: controller.signal });
    status = response.status;
    clearTimeout(timer);
    timer = setTimeout(() => end('timeout'), limits.bodyMs);
    const chunks: Uint8Array[] = [];
    for await (const chunk of bodyOf(response)) {
      bytes += chunk.byteLength;
      if (bytes > limits.maxBytes) {
        end('too-large');
        break;
      }
      chunks.push(chunk);
    }
    // Under msw a body may end quietly instead of failing when it is aborted.
    if (code !== undefined) return { kind: 'none', code, status, bytes, cause: undefined };
    return { kind: 'answer', answer: { status, headers: response.headers, body: Buffer.concat(chunks) } };
  } catch (error) {
    return { kind: 'none', code: code ?? networkCode(error), status, bytes, cause: error };
  } finally {
    clearTimeout(timer);
    run?.removeEventListener('abort', interrupted);
  }
}

async function* bodyOf(response: Response): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    // Frees the connection where reading was broken off; an aborted body refuses, which changes nothing.
    await reader.cancel().catch(() => undefined);
  }
}

/** The system's code (`ECONNREFUSED`, `UND_ERR_SOCKET`) of a failed fetch, which hides it one or two causes deep. */
function networkCode(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') return at.code;
  }
  return error instanceof Error ? error.name : 'unknown';
}
