/** Commands in this process, through the same wiring as in main.ts: for set-ups, and for days of more ticks than processes. */

import type { CommandContext, CommandResult, Terminal } from '../../src/commands/context.ts';
import { readConfig } from '../../src/config.ts';
import type { Log } from '../../src/domain/log.ts';
import type { Provider } from '../../src/domain/provider.ts';
import { providers as registered } from '../../src/providers/registry.ts';
import { configFiles, wire } from '../../src/wiring.ts';

export interface InProcessOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `--now`; undefined: the database's clock. */
  readonly now?: Date | undefined;
  readonly input?: string;
  /** Default: those of the registry. */
  readonly providers?: readonly Provider[];
  readonly log?: Log;
  /** A person at the terminal; the default is none. */
  readonly terminal?: Pick<Terminal, 'confirm' | 'print'>;
  /** Aborted as by SIGTERM. */
  readonly signal?: AbortSignal;
  /** `--json`; where it is not said: unless there is a terminal. */
  readonly json?: boolean;
}

/** One invocation: its own wiring, its own connections, as a process has. */
export async function inProcess<Result = CommandResult>(
  command: (context: CommandContext) => Promise<Result>,
  options: InProcessOptions,
): Promise<Result> {
  const { providers = registered, json = options.terminal === undefined } = options;
  const config = readConfig(options.env, {
    providerNames: providers.map((provider) => provider.name),
    ...configFiles,
    hostName: 'test-host',
  });
  const { context, close } = wire({
    command: 'test',
    config,
    log: options.log ?? silentLog,
    providers,
    terminal: {
      columns: 100,
      color: false,
      progress: undefined,
      print: async () => undefined,
      readStandardInput: async () => options.input ?? '',
      ...options.terminal,
    },
    signal: options.signal ?? new AbortController().signal,
    json,
    now: options.now,
  });
  try {
    return await command(context);
  } finally {
    await close();
  }
}

const silentLog: Log = {
  debugEnabled: false,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLog,
};
