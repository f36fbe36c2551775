/**
 * The log of one invocation: JSON lines on stderr; readable lines on a terminal; under journald each line begins with
 * the priority that journald files it under. Every line is written before the call returns, so that nothing is lost when
 * the process ends. What must not be logged is censored here once more, as a second line of defence.
 */
import { type Logger, pino } from 'pino';
import type { Log } from './domain/log.ts';

export type { Log } from './domain/log.ts';

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

export interface LogOptions {
  readonly level: LogLevel;
  /** Readable lines: stderr is a terminal. */
  readonly pretty: boolean;
  /** Colours in readable lines. */
  readonly color?: boolean;
  /** `$JOURNAL_STREAM` is set and stderr is no terminal; without effect on readable lines. */
  readonly journald: boolean;
  /** Where lines go; stderr where it is missing. */
  readonly write?: { write(text: string): unknown };
  /** The time of a line. */
  now(): Date;
}

/** sd-daemon(3): what journald, and `journalctl -p`, know the levels as. */
const journaldPriorities: Readonly<Record<string, number>> = { debug: 7, info: 6, warn: 4, error: 3 };

/** Readable lines load their formatter only when they are asked for: it is no part of a timer's start. */
export async function createLog({ level, pretty, color, journald, write, now }: LogOptions): Promise<Log> {
  const target = write ?? standardError();
  const format = pretty ? await prettyFormat(color ?? false) : journald ? journaldFormat : undefined;
  const logger = pino(
    {
      level,
      // The journal and cron's mail know the process and the host.
      base: null,
      timestamp: () => `,"time":"${now().toISOString()}"`,
      // Errors have become plain objects before pino sees them.
      serializers: { err: (value: unknown) => value },
      formatters: { level: (label) => ({ level: label }) },
    },
    format ? { write: (line: string) => target.write(format(line)) } : target,
  );
  return wrap(logger);
}

/** A log that cannot be written (a full disk, a journal that was restarted) is no reason to lose the work. */
function standardError() {
  const target = pino.destination({ fd: 2, sync: true });
  target.on('error', () => undefined);
  return target;
}

function wrap(logger: Logger): Log {
  const debugEnabled = logger.isLevelEnabled('debug');
  const at =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (fields: object, message: string): void => {
      if (logger.isLevelEnabled(level))
        logger[level](censored(fields, debugEnabled), maskText(message).replace(/\s+/g, ' '));
    };
  return {
    debugEnabled,
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => wrap(logger.child(censored(fields, debugEnabled))),
  };
}

/** The level is a label at the beginning of each line, as `formatters` writes it. */
function journaldFormat(line: string): string {
  const level = /^\{"level":"([a-z]+)"/.exec(line)?.[1] ?? 'info';
  return `<${journaldPriorities[level] ?? 6}>${line}`;
}

/** pino-pretty as a function, not as a stream: a stream of its own would still hold lines when the process ends. */
async function prettyFormat(color: boolean): Promise<(line: string) => string> {
  // A CommonJS package: behind the bundle only its default export is there.
  const { default: pretty } = await import('pino-pretty');
  return pretty.prettyFactory({
    colorize: color,
    translateTime: 'UTC:HH:MM:ss"Z"',
    singleLine: true,
    ignore: 'pid,hostname',
  });
}

const hidden = '[hidden]';

/** Compared in lower case without separators: `api_key`, `apiKey` and `API-Key` are one name. */
const secretKey = /secret|passw|passphrase|token|authorization|apikey|cookie|principal|encryptionkey/;
const personalKey =
  /^(e?mail|emailaddress|first|last|middle|full)$|^(first|last|middle|full|athlete|participant)name$|^(dob|dateofbirth|birthdate|birthday)$|^(home|mobile|cell)?phone(number)?$|^(street|address\d?|zip|zipcode|postalcode)$/;
/** A provider's row, whole; as a number it is only a count. */
const wholeRowKey = /^(source|sourcerow|row|rows|record|records|participant|participants|user|athlete|body)$/;

/** Secrets inside texts: in the query of a URL, in a header, before the @ of a database address. */
const textMasks: readonly [RegExp, string][] = [
  [/((?:api_?key|api_?secret|secret|password|passwd|token)=)[^&\s"']+/gi, `$1${hidden}`],
  [/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, `$1 ${hidden}`],
  [/(\w:\/\/[^\s:/@]*:)[^\s@/]+@/g, `$1${hidden}@`],
];

/** Could move the cursor or reorder a line of whoever reads the log in a terminal; line breaks of stacks stay. */
const unsafe = /(?![\n\t])\p{Cc}|\p{Cf}|\p{Cs}|\u2028|\u2029/gu;

/** The text without secrets as they stand in addresses and headers, and without what moves a cursor. */
export function maskText(text: string): string {
  return textMasks.reduce(
    (masked, [pattern, replacement]) => masked.replace(pattern, replacement),
    text.replace(unsafe, ''),
  );
}

function censored(fields: object, stacks: boolean): Record<string, unknown> {
  return entriesOf(fields, stacks, new Set([fields]));
}

function entriesOf(value: object, stacks: boolean, above: ReadonlySet<object>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, mayShow(key, inner) ? shown(inner, stacks, above) : hidden]),
  );
}

function mayShow(key: string, value: unknown): boolean {
  const name = key.toLowerCase().replace(/[^a-z\d]/g, '');
  if (value === undefined || value === null) return true;
  if (secretKey.test(name) || personalKey.test(name)) return false;
  return typeof value === 'number' || !wholeRowKey.test(name);
}

/** A copy that JSON can hold. `above`: the objects that this one is part of; meeting one again would never end. */
function shown(value: unknown, stacks: boolean, above: ReadonlySet<object>): unknown {
  if (typeof value === 'string') return maskText(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (above.has(value)) return '[circular]';
  const here = new Set([...above, value]);
  if (ArrayBuffer.isView(value)) return '[bytes]';
  if ('toJSON' in value && typeof value.toJSON === 'function') return shown(value.toJSON(), stacks, here);
  if (value instanceof Error) return errorOf(value, stacks, here);
  if (Array.isArray(value) || value instanceof Set) return [...value].map((one) => shown(one, stacks, here));
  if (value instanceof Map) return entriesOf(Object.fromEntries(value), stacks, here);
  return entriesOf(value, stacks, here);
}

/** An error's own fields (code, hint, retryAt) and its cause; its stack under debug only. */
function errorOf(error: Error, stacks: boolean, above: ReadonlySet<object>): Record<string, unknown> {
  return {
    type: error.name,
    message: maskText(error.message),
    ...entriesOf(error, stacks, above),
    ...(error.cause === undefined ? {} : { cause: shown(error.cause, stacks, above) }),
    ...(stacks && error.stack !== undefined ? { stack: maskText(error.stack) } : {}),
  };
}
