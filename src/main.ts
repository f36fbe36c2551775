/** Reads arguments, environment, clock and streams; prints what a command returns; the only place that exits. */
import { hostname } from 'node:os';
import { text as readAll } from 'node:stream/consumers';
import { CommanderError } from 'commander';
import type { Invocation } from './cli/add-command.ts';
import { parseNow } from './cli/parse-now.ts';
import { buildProgram } from './cli.ts';
import type { CommandResult, Terminal } from './commands/context.ts';
import { alertEnvironment } from './config/alerts.ts';
import { readConfig } from './config.ts';
import { Interrupted, RunOverdue, UsageError } from './domain/errors.ts';
import { type ExitName, exitCodes, exitNameOf, worstExit } from './domain/exit-codes.ts';
import { timeLimits } from './domain/time-limits.ts';
import { createWaits } from './domain/waits.ts';
import { createLog, type Log, type LogLevel } from './log.ts';
import { providers } from './providers/registry.ts';
import { explainDatabaseError } from './store/database-errors.ts';
import { configFiles, wire } from './wiring.ts';
import type { Heartbeat } from './wiring-alerts.ts';
import { overdueError } from './wiring-overdue.ts';
import { terminalColumns } from './wiring-terminal.ts';

const interruption = new AbortController();
let endedBy: 'interrupted' | 'terminated' | undefined;
/** Ends a run that has a time limit by force; undefined for one that has none. */
let giveUp: (() => void) | undefined;
for (const [signal, name] of [
  ['SIGINT', 'interrupted'],
  ['SIGTERM', 'terminated'],
] as const) {
  process.on(signal, () => {
    // The second one is a person who does not want to wait for the page in hand.
    if (endedBy) process.exit(exitCodes[name].code);
    endedBy = name;
    interruption.abort();
    if (giveUp) setTimeout(giveUp, timeLimits.graceMs);
  });
}

/** Told once how the run ended, wherever it ends. */
let heartbeat: Heartbeat | undefined;

/** Of `sandbox` and `demo`: no setting of this machine is theirs, and the database is never opened. */
const ownWorld = { P88SYNC_DATA_DIR: '/nowhere' };

// A name server that is silent holds the process even while it exits: three of them for 12 s instead of 30.
process.env['RES_OPTIONS'] ??= 'timeout:2 attempts:2';

// What cannot be written is told by `write`; without a listener it would end the process, whatever it has in hand.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
let isFailing = false;
// Node would end with 1, which the units count as success.
process.on('uncaughtException', (error) => {
  if (isFailing) end('bug');
  void heartbeat?.end(undefined);
  void fail(error, { json: false, debug: process.argv.includes('--debug') });
});
const program = buildProgram(run);
configure(program);
try {
  await program.parseAsync(process.argv);
} catch (error) {
  // Commander has printed its message; help and version end well.
  if (error instanceof CommanderError) end(error.exitCode === 0 ? 'done' : 'usage');
  else await fail(error, { json: process.argv.includes('--json'), debug: process.argv.includes('--debug') });
}

async function run(invocation: Invocation): Promise<void> {
  const { json = false, debug = false, maxSeconds } = invocation.options;
  const waits = createWaits(() => performance.now());
  let close = async () => {};
  try {
    const now = parseNow(invocation.options.now);
    const config = readConfig(environmentOf(invocation), {
      providerNames: providers.map((provider) => provider.name),
      ...configFiles,
      hostName: hostname(),
    });
    const { database } = config;
    const shown = database.kind === 'postgresql' ? database.shown : database.dataDir;
    if (Number(maxSeconds) > 0) {
      giveUp = () => {
        const error = overdueError(waits.current(), shown);
        setTimeout(() => end(exitNameOf(error)), timeLimits.lastWordsMs);
        void fail(error, { json, debug });
      };
      // One behind the other: a process that was frozen past both has its grace all the same.
      setTimeout(() => setTimeout(() => giveUp?.(), timeLimits.graceMs), Number(maxSeconds) * 1000);
    }
    const log = await openLog(logLevelOf(invocation.command, debug ? 'debug' : config.logLevel));
    for (const note of config.notes) log.warn({}, note);
    const wired = wire({
      command: invocation.command,
      config,
      log,
      providers,
      terminal: terminal(),
      signal: interruption.signal,
      json,
      now,
      waits,
      dryRun: invocation.options.dryRun ?? false,
    });
    close = wired.close;
    heartbeat = wired.heartbeat;
    const result = await invocation.execute(wired.context).catch((error: unknown) => {
      throw explainDatabaseError(error, shown);
    });
    const exit = result.exit === 'terminated' ? (endedBy ?? 'terminated') : result.exit;
    // Beside the rest: a database that does not let go must not keep it from being told.
    const told = heartbeat?.end(exit);
    await close();
    const unwritten = await print(result, json);
    await told;
    // Whoever reads our output may have seen enough (`p88sync status | head`).
    if (unwritten === undefined || unwritten.code === 'EPIPE') end(exit);
    await write(process.stderr, `p88sync: the output could not be written: ${unwritten.message}\n`);
    end(worstExit([exit, 'someFailed']));
  } catch (error) {
    await close().catch(() => undefined);
    await fail(error, { json, debug });
  }
}

function environmentOf({ needsConfig }: Invocation) {
  if (needsConfig === 'alerts') return { ...alertEnvironment(process.env), ...ownWorld };
  return needsConfig ? process.env : ownWorld;
}

/** The spinner of a full sync shares the terminal with the log: only what matters interrupts it. */
function logLevelOf(command: string, level: LogLevel): LogLevel {
  return command === 'full-sync' && process.stderr.isTTY && level === 'info' ? 'warn' : level;
}

/** stderr is a terminal: readable lines; started by systemd: with priorities; else JSON. */
function openLog(level: LogLevel): Promise<Log> {
  const onTerminal = process.stderr.isTTY === true;
  return createLog({
    level,
    pretty: onTerminal,
    color: onTerminal && useColor(),
    journald: process.env['JOURNAL_STREAM'] !== undefined,
    now: () => new Date(),
  });
}

function terminal(): Terminal {
  return {
    columns: terminalColumns(process.stdout, process.env),
    color: process.stdout.isTTY === true && useColor(),
    progress: process.stderr.isTTY === true ? process.stderr : undefined,
    print: async (text) => {
      const unwritten = await write(process.stdout, `${text}\n`);
      if (unwritten) throw new Interrupted(`nobody reads the output any more (${unwritten.code ?? unwritten.message})`);
    },
    readStandardInput: async () => {
      if (process.stdin.isTTY) {
        throw new UsageError('the secret is read from standard input, which is a terminal', {
          hint: 'Pipe it in (`p88sync credentials add … < secret.txt`) or use --secret-file.',
        });
      }
      return readAll(process.stdin);
    },
    confirm: process.stdin.isTTY && process.stderr.isTTY ? confirm : undefined,
  };
}

/** On standard error: what a person redirects is the output, not the question. */
async function confirm(question: string, signal: AbortSignal): Promise<boolean> {
  const readline = await import('node:readline/promises');
  // `terminal` false: Ctrl-C stays a signal, and is not read as a key.
  const lines = readline.createInterface({ input: process.stdin, output: process.stderr, terminal: false });
  // The end of the input is no answer, and `question` would wait for ever.
  const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
  try {
    const answer = await Promise.race([lines.question(`${question} [y/N] `, { signal }), closed]);
    return /^y(es)?$/i.test(answer.trim());
  } catch (error) {
    if (signal.aborted) throw new Interrupted('the run was told to end; nothing was changed');
    throw error;
  } finally {
    lines.close();
  }
}

/** https://no-color.org */
function useColor(): boolean {
  return !process.env['NO_COLOR'];
}

/** @returns why it could not be written. */
async function print(result: CommandResult, json: boolean): Promise<NodeJS.ErrnoException | undefined> {
  if (!json) return result.text ? write(process.stdout, `${result.text}\n`) : undefined;
  if (result.json === undefined) return undefined;
  const { jsonText } = await import('./report/json-text.ts');
  return write(process.stdout, `${jsonText(result.json)}\n`);
}

async function fail(error: unknown, options: { json: boolean; debug: boolean }): Promise<never> {
  isFailing = true;
  const { errorText, errorJson } = await import('./report/error-text.ts');
  if (options.json) {
    const { jsonText } = await import('./report/json-text.ts');
    await write(process.stdout, `${jsonText(errorJson(error, options))}\n`);
  }
  await write(process.stderr, `${errorText(error, options).lines.join('\n')}\n`);
  const name = exitNameOf(error);
  const exit = name === 'terminated' ? (endedBy ?? 'terminated') : name;
  await heartbeat?.end(error instanceof RunOverdue ? 'overdue' : exit);
  return end(exit);
}

function configure(command: typeof program): void {
  command.exitOverride();
  for (const child of command.commands) configure(child as typeof program);
}

/** @returns why it could not be written. */
function write(stream: NodeJS.WriteStream, text: string): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => stream.write(text, (error) => resolve(error ?? undefined)));
}

function end(exit: ExitName): never {
  process.exit(exitCodes[exit].code);
}
