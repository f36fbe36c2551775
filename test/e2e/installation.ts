/**
 * An installation to test: a database of its own, the sandbox over HTTP, partners and credentials, and a clock that
 * stands still for program and sandbox alike until a test moves it.
 */
import pg from 'pg';
import { runCredentialsAdd } from '../../src/commands/credentials.ts';
import { runDiscover } from '../../src/commands/discover.ts';
import { runMigrate } from '../../src/commands/migrate.ts';
import { runPartnersAdd } from '../../src/commands/partners.ts';
import { runTick } from '../../src/commands/tick.ts';
import { exitCodes } from '../../src/domain/exit-codes.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { serveSandbox } from '../../src/sandbox/serve.ts';
import { sandboxEnvironment } from '../../src/sandbox/stand-ins.ts';
import type { World } from '../../src/sandbox/world.ts';
import { cloneDatabase, type TestDatabase, templateDatabase } from '../database/databases.ts';
import { expectPromisesKept } from './audited.ts';
import { inProcess } from './in-process.ts';
import { type Ended, run, type Started, start, type Told } from './program.ts';

/** A Saturday morning. */
export const saturday = new Date('2026-09-12T10:00:00Z');
export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

export const encryptionKey = Buffer.alloc(32, 7).toString('base64');

export type Row = Readonly<Record<string, unknown>>;

export interface Installation {
  readonly sandbox: Sandbox;
  readonly world: World;
  /** The environment of the program; a test may add to it. */
  readonly env: Record<string, string>;
  readonly databaseUrl: string;
  readonly sandboxUrl: string;
  /** The instant at which the clocks stand. */
  now(): Date;
  /** `saturday` and so many ms. */
  at(ms: number): Date;
  pass(ms: number): void;
  /** Runs the program with `--now`. */
  run(...args: readonly string[]): Promise<Ended>;
  start(...args: readonly string[]): Started;
  /** A tick or a discovery in this process, where a test needs many: the same without the 0.3 s of a start. */
  tick(signal?: AbortSignal): Promise<{ readonly code: number; readonly json: Told }>;
  discover(): Promise<void>;
  query<T extends Row = Row>(sql: string, values?: readonly unknown[]): Promise<T[]>;
  /** A connection of the test's own, to hold locks with. */
  connect(): Promise<pg.Client>;
  /** One change of the sandbox, as POST /control/<action> makes it. */
  control(action: string, body?: unknown): Promise<void>;
  /** Calls to the provider since the last time this was asked, as `GET path`. */
  newCalls(): string[];
  /**
   * Asks first whether every promise was kept, whatever the test has done to the installation.
   * @param options `audited` false: the test itself took rows away, or lowered a limit.
   */
  close(options?: { readonly audited?: boolean }): Promise<void>;
}

/** A database with the schema; each is a copy of one template. */
export async function migratedDatabase() {
  const template = await templateDatabase('migrated', async (url) => {
    await inProcess(runMigrate, { env: { DATABASE_URL: url } });
  });
  return cloneDatabase(template);
}

/** Where an installation lies, if not in a database like all others. */
export interface Place {
  /** With the schema; the test's own questions go here. */
  readonly database: TestDatabase;
  /** What the program knows it by: another role, a pooler in between. */
  readonly programUrl: string;
}

export interface InstallOptions {
  /** The database's clock, and no `--now`: for what leases and other hosts decide. The sandbox's clock is this one. */
  readonly clock?: () => Date;
  readonly place?: Place;
}

/** @param build fills the world; each of its accounts becomes a credential of the partner named as its company. */
export async function install(build: (world: World) => void, options: InstallOptions = {}): Promise<Installation> {
  const { clock, place } = options;
  let stopped = saturday;
  const now = clock ?? (() => stopped);
  const database = place?.database ?? (await migratedDatabase());
  const sandbox = createSandbox({ now });
  build(sandbox.world);
  const server = await serveSandbox(sandbox, { port: 0 });
  const env: Record<string, string> = {
    DATABASE_URL: place?.programUrl ?? database.url,
    P88SYNC_ENCRYPTION_KEY: encryptionKey,
    ...sandboxEnvironment(server.url),
    P88SYNC_PACE_MS: '0',
    P88SYNC_HTTP_RETRIES: '0',
  };
  await addCredentials(sandbox.world, env);
  // A pool, because a test may restart the server below it.
  const own = new pg.Pool({ connectionString: database.url, max: 1, idleTimeoutMillis: 0 });
  own.on('error', () => undefined);
  const opened: { end(): Promise<void> }[] = [own];
  let counted = 0;
  const withNow = (args: readonly string[]) => (clock ? args : [...args, '--now', stopped.toISOString()]);
  const frozen = () => (clock ? undefined : stopped);
  return {
    sandbox,
    world: sandbox.world,
    env,
    databaseUrl: database.url,
    sandboxUrl: server.url,
    now,
    at: (ms) => new Date(saturday.getTime() + ms),
    pass: (ms) => {
      stopped = new Date(stopped.getTime() + ms);
    },
    run: (...args) => run(withNow(args), { env }),
    start: (...args) => start(withNow(args), { env }),
    tick: async (signal) => {
      const { exit, json } = await inProcess((context) => runTick(context, { maxSeconds: '50' }), {
        env,
        now: frozen(),
        ...(signal && { signal }),
      });
      return { code: exitCodes[exit].code, json: json as Told };
    },
    discover: async () => {
      const { exit } = await inProcess((context) => runDiscover(context, undefined, {}), { env, now: frozen() });
      if (exit !== 'done') throw new Error(`the discovery ended with ${exit}`);
    },
    query: async <T extends Row>(sql: string, values: readonly unknown[] = []) =>
      (await own.query<T>(sql, [...values])).rows,
    connect: async () => {
      const other = new pg.Client({ connectionString: database.url });
      await other.connect();
      opened.push(other);
      return other;
    },
    control: async (action, body = {}) => {
      const answer = await fetch(`${server.url}/control/${action}`, { method: 'POST', body: JSON.stringify(body) });
      if (!answer.ok) throw new Error(`the sandbox refused ${action}: ${await answer.text()}`);
    },
    newCalls: () => {
      const calls = sandbox.calls.slice(counted);
      counted = sandbox.calls.length;
      return calls.map((call) => `${call.method} ${call.path}`);
    },
    close: async ({ audited = true } = {}) => {
      try {
        if (audited) await expectPromisesKept({ env, now });
      } finally {
        await Promise.all(opened.map((each) => each.end()));
        await server.close();
        await database.drop();
      }
    },
  };
}

/** Partners in the order in which accounts name them, so that the first company is partner 1. */
export async function addCredentials(world: World, env: Readonly<Record<string, string>>): Promise<void> {
  for (const company of new Set(world.accounts.map((account) => account.company))) {
    await inProcess((context) => runPartnersAdd(context, company, {}), { env });
  }
  for (const { company, provider, principal, secret, additionalConfig } of world.accounts) {
    const input = JSON.stringify({ secret, additional_config: additionalConfig });
    await inProcess((context) => runCredentialsAdd(context, `${company}:${provider}`, { principal }), { env, input });
  }
}
