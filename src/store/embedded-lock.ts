/**
 * Guards the embedded database's folder. The lock is a listening socket, which the kernel takes back when its process
 * ends, `kill -9` included; a lock file would have to be judged stale. Whoever connects is told who holds it.
 */
import { createHash } from 'node:crypto';
import { realpath, unlink } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedDatabaseBusy } from '../domain/errors.ts';

const pollMs = 100;

export interface HeldLock {
  release(): Promise<void>;
}

/** @throws EmbeddedDatabaseBusy naming the process that holds it, after `waitMs`. */
export async function holdDataDir(
  dataDir: string,
  options: { readonly command: string; readonly waitMs: number },
): Promise<HeldLock> {
  const address = await addressOf(dataDir);
  for (let waited = 0; ; waited += pollMs) {
    const server = await tryListen(address, `process ${process.pid} (p88sync ${options.command})`);
    if (server) return { release: () => new Promise((resolve) => server.close(() => resolve())) };
    const holder = await askHolder(address);
    // A socket file without a listener (not on Linux) is left by a killed process.
    if (holder === undefined && !address.startsWith('\0')) await unlink(address).catch(() => undefined);
    if (waited >= options.waitMs) {
      throw new EmbeddedDatabaseBusy(`the embedded database in ${dataDir} is held by ${holder ?? 'another process'}`, {
        hint: 'Wait until it ends and try again; with timers and people at work at the same time, PostgreSQL is the better choice.',
      });
    }
    await sleep(pollMs);
  }
}

/** Linux has socket names that are no files (a leading NUL); elsewhere a socket file in the folder does. */
async function addressOf(dataDir: string): Promise<string> {
  const folder = await realpath(dataDir);
  if (process.platform !== 'linux') return join(folder, 'lock.sock');
  return `\0p88sync-${createHash('sha256').update(folder).digest('hex').slice(0, 32)}`;
}

function tryListen(address: string, holder: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.on('error', () => undefined).end(holder));
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    );
    server.listen(address, () => {
      // The lock must not keep a process alive whose work is done.
      server.unref();
      resolve(server);
    });
  });
}

function askHolder(address: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(address);
    socket.setTimeout(1000, () => socket.destroy());
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text || undefined));
  });
}
