/** Processes from their start to their exit: how long they take, and the most memory they ever held. */
import { spawn } from 'node:child_process';
import { Readable, type Stream } from 'node:stream';
import { text as readAll } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** The build that .ci/bench.js made for this run, so that another build meanwhile does not disturb it. */
export const bin = fileURLToPath(new URL('../bin/p88sync.js', import.meta.url));

export interface Ran {
  /** Milliseconds from the start of the process to its exit. */
  readonly wallMs: number;
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Bytes; undefined unless asked for. */
  readonly peakBytes: number | undefined;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Of a Node process: tells its peak on file descriptor 3 when it exits. */
  readonly tellPeak?: boolean;
  /** Exit codes that are no failure; default: 0. */
  readonly accept?: readonly number[];
}

/** VmHWM where there is one: ru_maxrss counts the parent's memory too, which a child has until it starts its program. */
const peakTeller = `data:text/javascript,${encodeURIComponent(`
import { readFileSync, writeSync } from 'node:fs';
process.on('exit', () => {
  let kilobytes = process.resourceUsage().maxRSS;
  try { kilobytes = Number(/VmHWM:\\s*(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]); } catch {}
  writeSync(3, String(kilobytes));
});`)}`;

/** @throws where it ends with another code than those accepted. */
export async function runProcess(command: string, args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const teller = options.tellPeak ? ['--import', peakTeller] : [];
  const begun = performance.now();
  const child = spawn(command, [...teller, ...args], {
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', ...options.env },
    cwd: options.cwd,
    stdio: ['ignore', 'pipe', 'pipe', options.tellPeak ? 'pipe' : 'ignore'],
  });
  const exited = new Promise<{ code: number | null; wallMs: number }>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve({ code, wallMs: performance.now() - begun }));
  });
  const [{ code, wallMs }, stdout, stderr, peak] = await Promise.all([
    exited,
    textOf(child.stdio[1]),
    textOf(child.stdio[2]),
    textOf(child.stdio[3]),
  ]);
  if (!(options.accept ?? [0]).includes(code ?? -1)) {
    throw new Error(`${command} ${args.join(' ').slice(0, 200)} ended with ${code}:\n${stderr || stdout}`);
  }
  return { wallMs, code, stdout, stderr, peakBytes: peak === '' ? undefined : Number(peak) * 1024 };
}

async function textOf(stream: Stream | null | undefined): Promise<string> {
  return stream instanceof Readable ? readAll(stream) : '';
}

/** The program as a timer starts it. */
export function runProgram(args: readonly string[], options: RunOptions): Promise<Ran> {
  return runProcess(process.execPath, [bin, ...args], options);
}
