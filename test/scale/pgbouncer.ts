/** PgBouncer in transaction mode in front of the tests' PostgreSQL, as a process of its own. */
import { accessSync, constants } from 'node:fs';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startWatched, unprivilegedAccount } from '../database/watched-process.ts';

export interface PgBouncer {
  /** The database of `url`, reached through it. */
  through(url: string): string;
  stop(): Promise<void>;
}

/** Where Debian's package puts it, or where PATH finds it; undefined where it is not installed. */
export function pgBouncerPath(): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => join(folder, 'pgbouncer')).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** @param poolSize connections to PostgreSQL per database, shared by whoever comes. */
export async function startPgBouncer(program: string, adminUrl: string, poolSize: number): Promise<PgBouncer> {
  const account = unprivilegedAccount();
  const server = new URL(adminUrl);
  const folder = await mkdtemp(join(tmpdir(), 'p88sync-pgbouncer-'));
  const give = async (path: string) => account.uid !== undefined && chown(path, account.uid, account.gid);
  const write = async (name: string, text: string) => {
    await writeFile(join(folder, name), text, { mode: 0o600 });
    await give(join(folder, name));
    return join(folder, name);
  };
  try {
    await give(folder);
    const quoted = (text: string) => `"${decodeURIComponent(text).replaceAll('"', '""')}"`;
    const users = await write('users.txt', `${quoted(server.username)} ${quoted(server.password)}\n`);
    const manners = { ready: /process up/, failed: /FATAL/, signal: 'KILL' } as const;
    const { port, stop } = await startWatched(folder, account, manners, async (free) => {
      const settings = await write(
        'pgbouncer.ini',
        `[databases]
* = host=${server.hostname} port=${server.port || 5432}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${free}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${users}
pool_mode = transaction
default_pool_size = ${poolSize}
max_client_conn = 200
`,
      );
      return [program, settings];
    });
    return {
      through: (url) => {
        const pooled = new URL(url);
        pooled.host = `127.0.0.1:${port}`;
        return pooled.href;
      },
      stop,
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}
