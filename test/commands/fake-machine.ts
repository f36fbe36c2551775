/** A machine for tests: files in a map, commands that answer as they are told. */
import type { Machine } from '../../src/commands/machine.ts';

export interface FakeMachine extends Machine {
  readonly files: Map<string, string>;
  /** Every command that was run, as `systemctl is-active p88sync-tick.timer`. */
  readonly commands: string[];
}

export interface FakeOptions extends Partial<Machine> {
  readonly files?: Readonly<Record<string, string>>;
  /** Path → mode; the default of a file is 0640, of root. */
  readonly modes?: Readonly<Record<string, number>>;
  /** Path → where it leads. */
  readonly executables?: Readonly<Record<string, string>>;
  /** Command line → what it prints; one that is not here ends with 1 and prints nothing. */
  readonly answers?: Readonly<Record<string, string>>;
  /** Commands that are installed. */
  readonly installed?: readonly string[];
}

/** Node.js and p88sync for all users, root, no account p88sync, a systemd that knows nothing of us. */
export function fakeMachine(options: FakeOptions = {}): FakeMachine {
  const {
    files: given = {},
    modes = {},
    executables,
    answers = {},
    installed = ['systemctl', 'id'],
    ...overrides
  } = options;
  const files = new Map(Object.entries(given));
  const commands: string[] = [];
  const paths = executables ?? {
    '/usr/bin/node': '/usr/bin/node',
    '/opt/p88sync/bin/p88sync.js': '/opt/p88sync/bin/p88sync.js',
  };
  return {
    files,
    commands,
    nodeVersion: '20.19.2',
    nodePath: '/usr/bin/node',
    programPath: '/opt/p88sync/bin/p88sync.js',
    packageFolder: '/opt/p88sync',
    isRoot: true,
    now: () => new Date(),
    exists: async (path) => [...files.keys()].some((file) => file === path || file.startsWith(`${path}/`)),
    accessTo: async (path) => (files.has(path) ? { mode: modes[path] ?? 0o640, uid: 0 } : undefined),
    readText: async (path) => files.get(path),
    listFolder: async (path) =>
      [...files.keys()].filter((file) => file.startsWith(`${path}/`)).map((file) => file.slice(path.length + 1)),
    executableAt: async (path) => paths[path],
    writeText: async (path, text) => {
      files.set(path, text);
    },
    run: async (command, args) => {
      const line = [command, ...args].join(' ');
      commands.push(line);
      if (!installed.includes(command)) return undefined;
      const answer = answers[line];
      return answer === undefined ? { exitCode: 1, stdout: '' } : { exitCode: 0, stdout: `${answer}\n` };
    },
    ...overrides,
  };
}
