/** Session tools whose calls are answered by a function instead of HTTP; what was asked is recorded. */
import type { Json } from '../../src/domain/json.ts';
import type { ApiRequest, SessionTools } from '../../src/domain/provider.ts';

export interface ScriptedTools {
  readonly tools: SessionTools;
  readonly asked: ApiRequest[];
  readonly warnings: string[];
}

export const scriptedNow = new Date('2026-09-12T10:00:00Z');

/** `answer` returns the body of a 200 answer, or throws what the caller would throw. */
export function scriptedTools(
  answer: (request: ApiRequest) => Json,
  overrides: Partial<SessionTools> & { headers?: Record<string, string> } = {},
): ScriptedTools {
  const asked: ApiRequest[] = [];
  const warnings: string[] = [];
  const { headers, ...rest } = overrides;
  const tools: SessionTools = {
    baseUrl: new URL('https://provider.test'),
    pageSize: 2_500,
    program: {},
    call: async (request) => {
      asked.push(request);
      const body = answer(request);
      return { status: 200, headers: new Headers(headers), date: scriptedNow, json: () => body };
    },
    tokens: { get: async () => undefined, set: async () => undefined, drop: async () => undefined },
    now: () => scriptedNow,
    warn: (message) => warnings.push(message),
    ...rest,
  };
  return { tools, asked, warnings };
}

/** All pages of a series. */
export async function allOf<T>(series: AsyncIterable<T>): Promise<T[]> {
  const pages: T[] = [];
  for await (const page of series) pages.push(page);
  return pages;
}
