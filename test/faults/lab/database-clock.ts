/**
 * A database whose clock is set: the program takes its time from `clock_timestamp()`, and here that name is found in a schema
 * of the laboratory first. Days pass without waiting, and leases run out as they do for real, which `--now` forbids.
 */
import pg from 'pg';

export interface DatabaseClock {
  now(): Date;
  /** Of the database, from now on; it goes on from there. For new connections and for old ones. */
  set(now: Date): Promise<void>;
}

/** The clock of the laboratory's installation; `bind` gives it to a database. */
export interface LaboratoryClock extends DatabaseClock {
  /** Connections that are made from then on have this clock. @param databaseUrl a login that may create schemas. */
  bind(databaseUrl: string): Promise<void>;
}

export function laboratoryClock(start: Date): LaboratoryClock {
  let aheadMs = start.getTime() - Date.now();
  let bound: string | undefined;
  return {
    now: () => new Date(Date.now() + aheadMs),
    set: async (now) => {
      aheadMs = now.getTime() - Date.now();
      if (bound) await ask(bound, [`update clocks.ahead set ms = ${aheadMs}`]);
    },
    bind: async (databaseUrl) => {
      bound = databaseUrl;
      const name = pg.escapeIdentifier(new URL(databaseUrl).pathname.slice(1));
      await ask(databaseUrl, [
        'create schema clocks',
        'create table clocks.ahead (ms bigint not null)',
        `insert into clocks.ahead values (${aheadMs})`,
        `create function clocks.clock_timestamp() returns timestamptz language sql volatile as
          $$ select pg_catalog.clock_timestamp() + (select ms from clocks.ahead) * interval '1 millisecond' $$`,
        'grant usage on schema clocks to public',
        'grant select on clocks.ahead to public',
        `alter database ${name} set search_path = clocks, pg_catalog, public`,
      ]);
    },
  };
}

async function ask(url: string, statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
