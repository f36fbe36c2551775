/** The program as operators and timers start it: a process of bin/p88sync.js, with nothing of the caller's settings. */
import { type ChildProcess, spawn } from 'node:child_process';
import { text as readAll } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const bin = fileURLToPath(new URL('../../bin/p88sync.js', import.meta.url));

export interface ProgramOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Standard input. */
  readonly input?: string;
  /** What the command line begins with: a program that runs another one. */
  readonly prefix?: readonly string[];
}

export interface Ended {
  /** The exit code; null where a signal ended the process before it could choose one. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output as one JSON value. @throws where it is anything else. */
  readonly json: Told;
}

/** What a command tells under --json: any field may be looked at. */
export interface Told {
  // biome-ignore lint/suspicious/noExplicitAny: the shapes are what the tests look at
  readonly [field: string]: any;
}

export interface Started {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly ended: Promise<Ended>;
}

/** Starts it and does not wait. Whoever starts it awaits `ended`. */
export function start(args: readonly string[], options: ProgramOptions = {}): Started {
  const [command, ...rest] = [...(options.prefix ?? []), process.execPath, bin, ...args];
  const child = spawn(command ?? process.execPath, rest, {
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const closed = new Promise<Pick<Ended, 'code' | 'signal'>>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  // A program that refuses its arguments may be gone before it has read its input.
  child.stdin.on('error', () => undefined).end(options.input ?? '');
  const ended = Promise.all([closed, readAll(child.stdout), readAll(child.stderr)]).then(
    ([end, stdout, stderr]): Ended => ({
      ...end,
      stdout,
      stderr,
      get json() {
        return JSON.parse(stdout) as Told;
      },
    }),
  );
  return { child, pid: child.pid ?? 0, ended };
}

export function run(args: readonly string[], options?: ProgramOptions): Promise<Ended> {
  return start(args, options).ended;
}

/** Waits for what happens in another process. */
export async function until(happened: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!(await happened())) {
    if (performance.now() > deadline) throw new Error('what was waited for did not happen within 20 seconds');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
