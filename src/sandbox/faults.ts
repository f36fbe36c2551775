/** Answers that go wrong on request: what a provider in trouble sends, for the next N calls that match. */
import * as z from 'zod';
import { type Answer, jsonAnswer, textAnswer } from './answers.ts';
import { type SandboxProvider, sandboxProviders } from './world.ts';

/** What POST /control/faults and `Sandbox.fail` take. */
export const faultSchema = z.strictObject({
  kind: z.enum([
    /** HTTP `status` (default 503), with `retryAfter` where given. */
    'status',
    /** An HTML page with status 200. */
    'html',
    /** The first half of the right answer. */
    'truncated',
    /** RunSignUp's error object behind status 200, with `code` (default 14: throttled). */
    'error-object',
    /** JSON of a form that nobody knows. */
    'unknown-envelope',
    /** The answer to the previous call of the same path. */
    'repeat-page',
    /** The right answer, its first row without its registration id. */
    'missing-id',
    /** The right answer, with U+0000 in the first name of its first row. */
    'nul-name',
    /** The right answer, late by `delayMs`. */
    'delay',
    /** No answer: the connection is torn down. */
    'reset',
  ]),
  provider: z.enum(sandboxProviders).optional(),
  /** Part of path and query behind the provider's prefix; empty: every call. */
  pathIncludes: z.string().default(''),
  times: z.int().min(1).default(1),
  /** Matching calls that still get the right answer first. */
  skip: z.int().min(0).default(0),
  delayMs: z.int().min(0).max(600_000).default(0),
  status: z.int().min(400).max(599).default(503),
  /** The `Retry-After` header: seconds or an HTTP date. */
  retryAfter: z.union([z.string(), z.int()]).optional(),
  code: z.int().default(14),
});

export type FaultOptions = z.input<typeof faultSchema>;
export type Fault = z.output<typeof faultSchema>;

/** Thrown by `Sandbox.handle` where the answer is a torn connection; the HTTP server destroys the socket. */
export class ConnectionReset extends Error {
  constructor() {
    super('The sandbox was told to reset this connection.');
    this.name = 'ConnectionReset';
  }
}

/** The fault for this call, used up by one; undefined where none matches. */
export function takeFault(faults: Fault[], provider: SandboxProvider, path: string): Fault | undefined {
  for (const [position, fault] of faults.entries()) {
    const matches = (fault.provider ?? provider) === provider && path.includes(fault.pathIncludes);
    if (!matches) continue;
    if (fault.skip > 0) {
      fault.skip--;
      continue;
    }
    fault.times--;
    if (fault.times === 0) faults.splice(position, 1);
    return fault;
  }
  return undefined;
}

/** Where the rows of a provider hold what faults spoil. */
export interface RowFields {
  /** The registration's id; also what tells a row from other objects. */
  readonly id: string;
  readonly firstName: string;
  /** The object in the row that holds the name; undefined: the row itself. */
  readonly person?: string;
}

/** What the caller gets in place of the right answer. `repeat-page` is played by the sandbox, which knows the calls. */
export function spoil(fault: Fault, answer: Answer, fields: RowFields): Answer {
  const { account } = answer;
  const headers: Record<string, string> =
    fault.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) };
  switch (fault.kind) {
    case 'status':
      return jsonAnswer(
        { message: 'The sandbox was told to fail.', code: fault.status },
        { status: fault.status, headers, account },
      );
    case 'html': {
      const page = '<!doctype html><html><body><h1>We will be back soon</h1></body></html>';
      return textAnswer(page, { contentType: 'text/html; charset=utf-8', account });
    }
    case 'truncated':
      return { ...answer, body: answer.body.slice(0, Math.ceil(answer.body.length / 2)) };
    case 'error-object': {
      const error = { error_code: fault.code, error_msg: 'The sandbox was told to fail.' };
      return jsonAnswer({ error }, { headers, account });
    }
    case 'unknown-envelope':
      return jsonAnswer({ result: { rows: [], page: 1 } }, { account });
    case 'missing-id':
      return withFirstRow(answer, fields, (row) => {
        delete row[fields.id];
      });
    case 'nul-name':
      return withFirstRow(answer, fields, (row) => {
        const inner = fields.person === undefined ? undefined : row[fields.person];
        const person = isObject(inner) ? inner : row;
        person[fields.firstName] = 'Nul\u0000a';
      });
    default:
      return answer;
  }
}

type JsonRow = Record<string, unknown>;

function withFirstRow(answer: Answer, fields: RowFields, change: (row: JsonRow) => void): Answer {
  const body: unknown = JSON.parse(answer.body);
  const row = firstRow(body, fields.id);
  if (row !== undefined) change(row);
  return { ...answer, body: JSON.stringify(body) };
}

/** The first object with an id of that name, wherever the envelope holds it. */
function firstRow(value: unknown, id: string): JsonRow | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (isObject(value) && id in value) return value;
  for (const part of Object.values(value)) {
    const row = firstRow(part, id);
    if (row !== undefined) return row;
  }
  return undefined;
}

function isObject(value: unknown): value is JsonRow {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
