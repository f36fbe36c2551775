/** A call as the stand-ins see it, and an answer before it becomes a Response (faults may still change it). */
export interface ProviderCall {
  readonly method: string;
  /** Behind the provider's prefix, with its leading slash. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  readonly body: string;
}

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Name of the account that called, where it was recognised. */
  readonly account: string | undefined;
  /** Sent gzipped, and no header says so. */
  readonly gzip?: boolean;
}

export function textAnswer(body: string, options: Partial<Answer> = {}): Answer {
  return { status: 200, contentType: 'text/plain; charset=utf-8', headers: {}, account: undefined, ...options, body };
}

export function jsonAnswer(body: unknown, options: Partial<Answer> = {}): Answer {
  return textAnswer(JSON.stringify(body), { contentType: 'application/json', ...options });
}
