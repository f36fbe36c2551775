/** A standby of a test's PostgreSQL: a base backup that streams what the primary commits, without waiting for it. */
import { cp, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import pg from 'pg';
import { startServer, type TestServer } from '../database/server.ts';

export interface Standby extends TestServer {
  /** Resolves when everything that the primary has committed so far can be read here. */
  caughtUp(): Promise<void>;
  /** The line to the primary breaks: what it commits from here on never arrives. */
  cut(): Promise<void>;
  /** Makes it the primary. */
  promote(): Promise<void>;
}

/** What a standby takes its log from, as long as a test lasts. */
export const primarySettings = { wal_keep_size: '512MB' };

/** Of the primary's own process. */
const leftOut = /^postmaster\.(pid|opts)$/;

export async function startStandby(primaryUrl: string): Promise<Standby> {
  const primary = new pg.Client({ connectionString: primaryUrl });
  primary.on('error', () => undefined);
  await primary.connect();
  const server = await startServer({
    makeData: (folder) => baseBackup(primary, folder),
    addData: async (folder) => {
      const { hostname, port, username, password } = new URL(primaryUrl);
      const line = `host=${hostname} port=${port} user=${username} password=${password}`;
      await writeFile(join(folder, 'standby.signal'), '');
      await writeFile(join(folder, 'postgresql.auto.conf'), `primary_conninfo = '${line}'\n`);
    },
  });
  const standby = new pg.Client({ connectionString: server.adminUrl });
  standby.on('error', () => undefined);
  await standby.connect();
  const isTrue = async (sql: string, values: readonly unknown[] = []) =>
    (await standby.query<{ yes: boolean }>(sql, [...values])).rows[0]?.yes === true;
  return {
    ...server,
    async caughtUp() {
      const { rows } = await primary.query<{ at: string }>('select pg_current_wal_flush_lsn() as at');
      await until(() => isTrue('select pg_last_wal_replay_lsn() >= $1::pg_lsn as yes', [rows[0]?.at]));
    },
    async cut() {
      await standby.query(`alter system set primary_conninfo = ''`);
      await standby.query('select pg_reload_conf()');
      await until(() => isTrue('select not exists (select 1 from pg_stat_wal_receiver) as yes'));
    },
    async promote() {
      await standby.query('select pg_promote()');
      await until(() => isTrue('select not pg_is_in_recovery() as yes'));
    },
    async stop() {
      await primary.end().catch(() => undefined);
      await standby.end();
      await server.stop();
    },
  };
}

/** As the manual's low-level backup: the files while they change, and the log from its start on. */
async function baseBackup(primary: pg.Client, folder: string): Promise<void> {
  const { rows: settings } = await primary.query<{ data: string }>(`select current_setting('data_directory') as data`);
  const data = settings[0]?.data ?? '';
  await primary.query(`select pg_backup_start('standby', true)`);
  await cp(data, folder, {
    recursive: true,
    filter: (path) => dirname(path) !== data || !leftOut.test(basename(path)),
  });
  const { rows } = await primary.query<{ label: string }>('select labelfile as label from pg_backup_stop(false)');
  await writeFile(join(folder, 'backup_label'), rows[0]?.label ?? '');
}

async function until(happened: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!(await happened())) {
    if (performance.now() > deadline) throw new Error('what was waited for did not happen within 20 seconds');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
