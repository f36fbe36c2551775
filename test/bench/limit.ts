/**
 * The least that a full sync can cost: the same bytes downloaded with one curl, the same rows brought in with COPY and
 * one INSERT … ON CONFLICT, into a table of the same shape.
 */
import type pg from 'pg';
import { copyIn, copyOut } from './copy-rows.ts';
import { runProcess } from './processes.ts';
import type { RunningProvider } from './provider.ts';

export interface Limit {
  readonly downloadMs: number;
  readonly storeMs: number;
  readonly bytes: number;
}

/** @param paths what a full sync asked the provider for, as its stand-in logged it. */
export async function measureLimit(
  client: pg.Client,
  provider: RunningProvider,
  paths: readonly string[],
): Promise<Limit> {
  const download = await curl(provider, paths);
  const storeMs = await storeRows(client);
  return { ...download, storeMs };
}

async function curl(
  provider: RunningProvider,
  paths: readonly string[],
): Promise<{ downloadMs: number; bytes: number }> {
  const [account] = provider.accounts;
  if (!account) throw new Error('the world has no account');
  // One process and one connection for all pages, one after the other.
  const urls = paths.flatMap((path) => [
    '-o',
    '/dev/null',
    `${provider.url}/runsignup${path}${path.includes('?') ? '&' : '?'}rsu_api_key=${account.principal}`,
  ]);
  const { wallMs, stdout } = await runProcess('curl', [
    '--silent',
    '--show-error',
    '--fail',
    '--globoff',
    '-H',
    `X-RSU-API-SECRET: ${account.secret}`,
    '--write-out',
    '%{size_download}\\n',
    ...urls,
  ]);
  const bytes = stdout
    .trim()
    .split('\n')
    .reduce((sum, line) => sum + Number(line), 0);
  return { downloadMs: wallMs, bytes };
}

async function storeRows(client: pg.Client): Promise<number> {
  const columns = (
    await client.query<{ name: string }>(
      `select quote_ident(attname) as name from pg_attribute
       where attrelid = 'runsignup_participants'::regclass and attnum > 0 and not attisdropped and attname <> 'id' order by attnum`,
    )
  ).rows.map((row) => row.name);
  const list = columns.join(', ');
  const key = ['timing_partner_id', 'registration_id'];
  const set = columns.filter((column) => !key.includes(column)).map((column) => `${column} = excluded.${column}`);
  const rows = await copyOut(client, `select ${list} from runsignup_participants`);
  await client.query(`create table same_shape (like runsignup_participants including all,
    foreign key (timing_partner_id, event_id) references runsignup_events on delete cascade,
    foreign key (timing_partner_id) references timing_partners)`);
  const begun = performance.now();
  await client.query(`create temp table staging as select ${list} from runsignup_participants limit 0`);
  await copyIn(client, `staging (${list})`, rows);
  await client.query(`insert into same_shape (${list}) select ${list} from staging
    on conflict (${key.join(', ')}) do update set ${set.join(', ')}`);
  const storeMs = performance.now() - begun;
  await client.query('drop table staging');
  await client.query('drop table same_shape');
  return storeMs;
}
