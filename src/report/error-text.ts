/** How an error that ends a run is told: what happened, what to do next. Main prints it on stderr. */
import { P88Error } from '../domain/errors.ts';
import { exitCodes, exitNameOf } from '../domain/exit-codes.ts';
import { safeText } from './safe-text.ts';

/** With `debug` the stacks and causes follow; without it no stack is ever shown. */
export interface ErrorTextOptions {
  readonly debug: boolean;
}

const bugHint = 'This is a bug in p88sync: please report it, with what the same command says under --debug.';

/** Lines for a person: `p88sync: MESSAGE`, the hint, and under debug the stacks. */
export function errorText(error: unknown, { debug }: ErrorTextOptions): { lines: string[] } {
  const hint = hintOf(error);
  const lines = [`p88sync: ${messageOf(error)}`];
  if (hint !== undefined) lines.push(`  ${hint}`);
  if (debug) lines.push(...stackLines(error));
  return { lines };
}

/** The same for machines. `kind`: the error's class; `exit`: the name and the code the program ends with. */
export function errorJson(error: unknown, { debug }: ErrorTextOptions) {
  const exit = exitNameOf(error);
  return {
    error: {
      kind: error instanceof Error ? error.name : typeof error,
      message: messageOf(error),
      hint: hintOf(error) ?? null,
      exit: { name: exit, code: exitCodes[exit].code },
      ...(debug ? { stack: stackLines(error) } : {}),
    },
  };
}

function hintOf(error: unknown): string | undefined {
  if (!(error instanceof P88Error)) return bugHint;
  return error.hint === undefined ? undefined : safeText(error.hint);
}

/** Never empty: errors of sockets that were tried on several addresses have no message, only a code. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return safeText(String(error)) || 'an error without a message';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const inner = error instanceof AggregateError ? error.errors.map(messageOf).join('; ') : '';
  return safeText(error.message || inner || code || error.name);
}

/** Stack and causes; a cause that turns up twice ends the chain. */
function stackLines(error: unknown): string[] {
  const lines: string[] = [];
  const seen = new Set<unknown>();
  for (let at = error; at instanceof Error && !seen.has(at); at = at.cause) {
    seen.add(at);
    const [first = '', ...frames] = (at.stack ?? `${at.name}: ${at.message}`).split('\n');
    lines.push(`${lines.length === 0 ? '' : 'caused by '}${safeText(first)}`);
    lines.push(...frames.map((frame) => `    ${safeText(frame)}`));
  }
  return lines;
}
