/** Databases for tests: empty ones, and copies of a template that is prepared once per run. */
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';

export interface TestDatabase {
  readonly url: string;
  /** Ends its connections too. */
  drop(): Promise<void>;
}

/** An empty database of its own. */
export function freshDatabase(): Promise<TestDatabase> {
  return create(undefined);
}

/**
 * Makes a template once per run, however many workers ask: `prepare` fills it (migrations, say) and closes its
 * connections. Resolves to what `cloneDatabase` takes.
 */
export async function templateDatabase(name: string, prepare: (url: string) => Promise<void>): Promise<string> {
  const database = `${inject('runId')}_template_${name}`;
  const quoted = pg.escapeIdentifier(database);
  await asAdmin(async (admin) => {
    // Held until this connection ends: the other workers wait here until the template is complete.
    await admin.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [database]);
    const found = await admin.query('SELECT datistemplate FROM pg_database WHERE datname = $1', [database]);
    if (found.rows[0]?.datistemplate) return;
    await admin.query(`DROP DATABASE IF EXISTS ${quoted} WITH (FORCE)`);
    await admin.query(`CREATE DATABASE ${quoted} TEMPLATE template0`);
    await prepare(urlOf(database));
    await admin.query(`ALTER DATABASE ${quoted} IS_TEMPLATE true`);
  });
  return database;
}

/** A copy of a template, which takes a fraction of what its migrations took. */
export function cloneDatabase(template: string): Promise<TestDatabase> {
  return create(template);
}

async function create(template: string | undefined): Promise<TestDatabase> {
  const database = `${inject('runId')}_${randomBytes(6).toString('hex')}`;
  const quoted = pg.escapeIdentifier(database);
  await asAdmin((admin) =>
    admin.query(`CREATE DATABASE ${quoted} TEMPLATE ${pg.escapeIdentifier(template ?? 'template0')}`),
  );
  return {
    url: urlOf(database),
    drop: async () => {
      await asAdmin((admin) => admin.query(`DROP DATABASE IF EXISTS ${quoted} WITH (FORCE)`));
    },
  };
}

function urlOf(database: string): string {
  const url = new URL(inject('adminUrl'));
  url.pathname = `/${database}`;
  return url.href;
}

async function asAdmin<Result>(work: (admin: pg.Client) => Promise<Result>): Promise<Result> {
  const admin = new pg.Client({ connectionString: inject('adminUrl') });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}
