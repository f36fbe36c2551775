/** A server of a test as a process that cannot outlive the run: PostgreSQL, PgBouncer. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';

/** Whom it runs as; empty: as whoever runs the tests. */
export type Account = { uid: number; gid: number } | Record<string, never>;

/** PostgreSQL refuses to run as root, and so does PgBouncer. */
export function unprivilegedAccount(): Account {
  if (process.getuid?.() !== 0) return {};
  for (const user of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((flag) => spawnSync('id', [flag, user], { encoding: 'utf8' }));
    if (uid?.status === 0 && gid?.status === 0) return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  }
  throw new Error(
    'PostgreSQL does not run as root, and there is neither a user postgres nor nobody. Set TEST_DATABASE_URL.',
  );
}

/**
 * The watcher ends the server and removes its folder as soon as its standard input closes: when the run is over, and
 * also when the run was killed. Nobody needs the data. Meanwhile it takes orders: a signal that ends the server, or `start`.
 */
const watcher = `folder=$1; signal=$2; shift 2; "$@" & server=$!
while read -r order; do case $order in
  start) "$@" & server=$! ;;
  *) kill -$order $server; wait $server; echo halted >&2 ;;
esac; done
kill -$signal $server; wait $server; rm -rf "$folder"`;

export interface WatchedProcess {
  readonly port: number;
  /** Tells the watcher a word, and waits for what it or the server says then. */
  order(word: string, done: RegExp): Promise<void>;
  /** Ends it at once, and removes its folder. */
  stop(): Promise<void>;
}

export interface Manners {
  /** What it logs when it listens. */
  readonly ready: RegExp;
  /** What it logs when it will not. */
  readonly failed: RegExp;
  /** What ends it at once. A shell's background process ignores QUIT, unless it is PostgreSQL, whose immediate shutdown it is. */
  readonly signal: 'QUIT' | 'KILL';
}

/** Starts it on a free port of the loopback interface. @param folder its own; whoever stops it needs no other clean-up. */
export async function startWatched(
  folder: string,
  account: Account,
  manners: Manners,
  commandOn: (port: number) => Promise<readonly string[]>,
): Promise<WatchedProcess> {
  let log = '';
  // Between finding a free port and listening on it another process may take it.
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const port = await freePort();
    const child = spawn('/bin/sh', ['-c', watcher, 'watcher', folder, manners.signal, ...(await commandOn(port))], {
      ...account,
      cwd: folder,
      detached: true,
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    const ready = await readyLine(child, manners);
    if (ready.ok) {
      return { port, order: (word, done) => order(child, word, done), stop: () => end(child, folder) };
    }
    log = ready.log;
    child.kill('SIGKILL');
  }
  throw new Error(`a server did not start in ${folder}:\n${log}`);
}

function readyLine(child: ChildProcess, manners: Manners): Promise<{ ok: boolean; log: string }> {
  return new Promise((resolve) => {
    let log = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      log = `${log}${text}`.slice(-4000);
      if (manners.ready.test(log)) resolve({ ok: true, log });
      if (manners.failed.test(log)) resolve({ ok: false, log });
    });
    child.on('error', (error) => resolve({ ok: false, log: String(error) }));
    child.on('exit', () => resolve({ ok: false, log }));
  });
}

function order(child: ChildProcess, word: string, done: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    const listen = (text: string) => {
      said += text;
      if (!done.test(said)) return;
      child.stderr?.off('data', listen);
      resolve();
    };
    child.stderr?.on('data', listen);
    child.once('exit', () => reject(new Error(`the server is gone:\n${said}`)));
    child.stdin?.write(`${word}\n`);
  });
}

async function end(child: ChildProcess, folder: string): Promise<void> {
  if (child.exitCode === null) {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.stdin?.end();
    await ended;
  }
  // The watcher's account may not remove the folder itself from a temporary folder with the sticky bit set.
  await rm(folder, { recursive: true, force: true });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
