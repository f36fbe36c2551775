/**
 * Connections to PostgreSQL that outlast its restarts, and no wait for ever. A lost connection is replaced once where
 * nothing can be done twice by it: before a transaction begins, and outside of one for a statement that only reads, or that
 * was never sent. Everything else ends as ConnectionLost: whether it was done is not known here, and whoever asked for it
 * looks, or leaves it to the next run.
 *
 * There is no session state: the limits that the server keeps are set inside each transaction, in the message that begins it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { PostgresPool, PostgresPoolClient } from 'kysely';
import type { Pool, PoolClient } from 'pg';
import { ConnectionLost, StatementGivenUp } from '../domain/errors.ts';
import type { TimeLimits } from '../domain/time-limits.ts';
import type { Waits } from '../domain/waits.ts';
import { isConnectionLost, mayConnectSoon, wasNeverSent } from './database-errors.ts';

export interface LastingOptions {
  /** The database, without password, for messages. */
  readonly shown: string;
  readonly waits: Waits | undefined;
  readonly limits: Pick<
    TimeLimits,
    'reconnectMs' | 'firstConnectMs' | 'statementMs' | 'idleInTransactionMs' | 'closeMs'
  >;
}

/** When a connection was lost last: those that are older may be gone too, and only do not know it yet. */
interface Losses {
  lastMs: number;
}

export function lastingPool(pool: Pool, options: LastingOptions): PostgresPool {
  const losses: Losses = { lastMs: Number.NEGATIVE_INFINITY };
  const connect = connector(pool, losses, options);
  return {
    connect: async () => lastingClient(await connect(), connect, losses, options),
    // A server that has gone silent does not say goodbye.
    end: () => Promise.race([pool.end(), sleep(options.limits.closeMs, undefined, { ref: false })]),
  };
}

const pauseMs = 250;

/** A restart takes seconds: while it may be one, connecting is tried again. All who wait share one patience. */
function connector(pool: Pool, losses: Losses, { limits, waits }: LastingOptions): () => Promise<PoolClient> {
  const madeMs = new WeakMap<object, number>();
  pool.on('connect', (client) => madeMs.set(client, performance.now()));
  let wasThere = false;
  let failingSinceMs: number | undefined;
  return async () => {
    const done = waits?.begin({ on: 'database', what: 'a connection' });
    try {
      for (;;) {
        const beganMs = performance.now();
        try {
          const client = await pool.connect();
          if ((madeMs.get(client) ?? 0) < losses.lastMs) {
            client.release(true);
            continue;
          }
          wasThere = true;
          failingSinceMs = undefined;
          return client;
        } catch (error) {
          failingSinceMs ??= beganMs;
          const patienceMs = wasThere ? limits.reconnectMs : limits.firstConnectMs;
          const isOver = performance.now() + pauseMs > failingSinceMs + patienceMs;
          if (isOver || !mayConnectSoon(error, wasThere)) throw error;
          await sleep(pauseMs);
        }
      }
    } finally {
      done?.();
    }
  };
}

/** One connection as Kysely uses it: for a statement, or from `begin` to `commit` or `rollback`. */
function lastingClient(
  first: PoolClient,
  connect: () => Promise<PoolClient>,
  losses: Losses,
  { shown, limits, waits }: LastingOptions,
): PostgresPoolClient {
  /** Undefined: lost. */
  let client: PoolClient | undefined = first;
  let isInTransaction = false;

  function drop(): void {
    losses.lastMs = performance.now();
    client?.release(true);
    client = undefined;
  }

  async function answerTo(sql: string, parameters: readonly unknown[]) {
    if (!client) throw new ConnectionLost(`the connection to the database (${shown}) is gone`, { hint: lookAtLog });
    const what = nameOf(sql);
    const done = waits?.begin({ on: 'database', what });
    let isOverdue = false;
    // Given back as broken, its socket is torn down, and with it the answer that this function waits for.
    const limit = setTimeout(() => {
      isOverdue = true;
      drop();
    }, limits.statementMs);
    try {
      return await client.query(sql, [...parameters]);
    } catch (error) {
      if (isOverdue) throw overdue(shown, what, limits.statementMs);
      if (!isConnectionLost(error)) throw error;
      drop();
      throw lost(shown, error);
    } finally {
      clearTimeout(limit);
      done?.();
    }
  }

  async function query(sql: string, parameters: readonly unknown[]) {
    // PostgreSQL rolls back whatever loses its connection.
    if (sql === 'rollback' && !client) return nothing;
    const text = sql === 'begin' ? beginWithLimits(limits) : sql;
    const mayRepeat = (cause: unknown) =>
      sql === 'begin' || (!isInTransaction && (onlyReads(sql) || wasNeverSent(cause)));
    if (sql === 'begin') isInTransaction = true;
    try {
      return await answerTo(text, parameters);
    } catch (error) {
      if (sql === 'rollback' && !client) return nothing;
      // Who has waited for the whole limit (StatementGivenUp) is not made to wait for it once more.
      if (client || !(error instanceof ConnectionLost) || error.cause === undefined) throw error;
      if (!mayRepeat(error.cause)) throw error;
      client = await connect();
      return await answerTo(text, parameters);
    }
  }

  return {
    // Kysely's cursors, which nothing here uses, are the other way to call it.
    query: query as unknown as PostgresPoolClient['query'],
    release: () => client?.release(),
  };
}

const nothing = { command: 'SELECT', rowCount: 0, rows: [] } as const;

/** What a statement does to which table, or its beginning; there are no values in it. */
function nameOf(sql: string): string {
  return /\b(insert into|update|delete from)\s+"?\w+"?/i.exec(sql)?.[0] ?? sql.replace(/\s+/g, ' ').trim().slice(0, 80);
}

/** Nothing that writes, and no row lock either (`for update`). */
function onlyReads(sql: string): boolean {
  return /^\s*(select|with)\b/i.test(sql) && !/\b(insert|update|delete|merge|for\s+(no\s+key|share|key))\b/i.test(sql);
}

/**
 * What the server's administrator has set lower stays; where a statement may take for ever, ours counts, so that it ends
 * there too when nobody waits for it here any more.
 */
function beginWithLimits({ statementMs, idleInTransactionMs }: LastingOptions['limits']): string {
  const idle = 'idle_in_transaction_session_timeout';
  return `begin; select set_config('${idle}', '${idleInTransactionMs}ms', true)
    where current_setting('${idle}')::interval not between '1 ms' and '${idleInTransactionMs} ms';
    select set_config('statement_timeout', '${statementMs}ms', true) where current_setting('statement_timeout') = '0'`;
}

const lookAtLog = 'What was in hand is left to the next run; see the log of PostgreSQL if it lasts.';

function lost(shown: string, cause: unknown): ConnectionLost {
  return new ConnectionLost(`the database (${shown}) closed the connection in the middle`, { hint: lookAtLog, cause });
}

function overdue(shown: string, what: string, ms: number): StatementGivenUp {
  return new StatementGivenUp(`the database (${shown}) did not answer within ${ms / 1000} s: ${what}`, {
    hint: 'Check the network between here and the database, and what holds locks there (pg_stat_activity).',
  });
}
