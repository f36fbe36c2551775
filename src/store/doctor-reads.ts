/** What only `doctor` asks of the database: the server, our rights in it, how secrets lie in it, discovery by credential. */
import { sql } from 'kysely';
import type { Provider } from '../domain/provider.ts';
import { sealedKey } from './credentials.ts';
import type { Db } from './database.ts';
import { isEncrypted } from './encryption.ts';

export interface ServerState {
  /** As PostgreSQL numbers it: 160004 is 16.4. */
  readonly version: number;
  /** Its clock (UTC). */
  readonly now: Date;
  /** A standby, or a session that may not write. */
  readonly readOnly: boolean;
  readonly user: string;
}

export async function readServer(db: Db): Promise<ServerState> {
  const result = await sql<ServerState>`select current_setting('server_version_num')::int as version,
    clock_timestamp() as now, current_setting('transaction_read_only') = 'on' as "readOnly", current_user as "user"`.execute(
    db,
  );
  const [row] = result.rows;
  if (!row) throw new Error('a select without from returned no row');
  return row;
}

const writing = ['SELECT', 'INSERT', 'UPDATE'];

/** What discover and tick do to the shared tables; `prune` and the commands for partners and credentials need more. */
const neededRights: Readonly<Record<string, readonly string[]>> = {
  timing_partners: ['SELECT'],
  providers: ['SELECT'],
  partner_provider_credentials: ['SELECT', 'UPDATE'],
  access_tokens: [...writing, 'DELETE'],
  sync_events: writing,
  event_links: ['SELECT'],
  pushed_participants: writing,
  // A tick that met another one takes its own claim back.
  sync_history: [...writing, 'DELETE'],
  sync_queue: ['SELECT', 'UPDATE'],
  sync_seen: ['SELECT', 'INSERT', 'DELETE'],
  registration_outlines: [...writing, 'DELETE'],
  rejected_rows: [...writing, 'DELETE'],
  alerts: [...writing, 'DELETE'],
  api_calls: writing,
};

/** Rights that the timers need and this user lacks, as `INSERT on sync_history`; the schema must be complete. */
export async function missingRights(db: Db, providers: readonly Provider[]): Promise<readonly string[]> {
  const own = providers.flatMap(({ tables }) =>
    [tables.races, tables.events, tables.participants, tables.results].flatMap((table) => (table ? [table.name] : [])),
  );
  const tables = { ...neededRights, ...Object.fromEntries(own.map((name) => [name, writing])) };
  const wanted = Object.entries(tables).flatMap(([name, rights]) => rights.map((right) => ({ name, right })));
  const result = await sql<{ missing: string }>`
    select w."right" || ' on ' || w.name as missing
    from jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb) as w(name text, "right" text)
    where not has_table_privilege(to_regclass(w.name), w."right")
    union all
    select 'USAGE on ' || s.name
    from (values (pg_get_serial_sequence('sync_history', 'sync_history_id')),
      (pg_get_serial_sequence('api_calls', 'api_call_id'))) as s(name)
    where not has_sequence_privilege(s.name, 'USAGE, UPDATE')
    order by 1`.execute(db);
  return result.rows.map((row) => row.missing);
}

/** How the secrets of a credential lie in the database. */
export interface SecretForm {
  readonly encrypted: boolean;
  /** What lies there in clear: `secret`, or names in `additional_config` that sound like one. */
  readonly plain: readonly string[];
}

const soundsSecret = /passw|secret|token/i;

export async function readSecretForms(db: Db): Promise<ReadonlyMap<number, SecretForm>> {
  const rows = await db
    .selectFrom('partner_provider_credentials')
    .select(['partner_provider_credential_id as id', 'secret', 'additional_config as config'])
    .execute();
  return new Map(
    rows.map(({ id, secret, config }) => {
      const open = config !== null && typeof config === 'object' && !Array.isArray(config) ? config : {};
      const named = Object.entries(open).filter(
        ([name, value]) => name !== sealedKey && soundsSecret.test(name) && typeof value === 'string' && value !== '',
      );
      const isSealed = secret !== null && isEncrypted(secret);
      return [
        id,
        {
          encrypted: isSealed || sealedKey in open,
          plain: [...(secret && !isSealed ? ['secret'] : []), ...named.map(([name]) => name)],
        },
      ];
    }),
  );
}

/** Start (UTC) of the newest completed discovery of each credential that ever had one. */
export async function lastDiscoveries(db: Db): Promise<ReadonlyMap<number, Date>> {
  const result = await sql<{ id: number; at: Date }>`
    select partner_provider_credential_id as id, max(started_at) as at from sync_history
    where operation_type = 'events' and status = 'completed' and partner_provider_credential_id is not null
      and started_at is not null
    group by 1`.execute(db);
  return new Map(result.rows.map((row) => [row.id, row.at]));
}
