/** Puts the parts together for one invocation: configuration, log, database, clock, and credentials ready to call. */
import { randomUUID } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import type { CommandContext, ConnectOptions, Terminal, Workspace } from './commands/context.ts';
import type { Config, ConfigSources } from './config.ts';
import { clockFrom } from './domain/clock.ts';
import { BudgetSpent, UsageError } from './domain/errors.ts';
import { exposureOf, type FileAccess } from './domain/file-access.ts';
import type { CallLedger } from './domain/ledger.ts';
import type { Log } from './domain/log.ts';
import type { Provider } from './domain/provider.ts';
import { reasonOf } from './domain/system-errors.ts';
import type { Waits } from './domain/waits.ts';
import { isLoopback, parseProviderAddress } from './http/address.ts';
import { createCaller } from './http/caller.ts';
import type { Fetch, ProviderFetch } from './http/dispatcher.ts';
import { parseHttpDate } from './http/retry-delay.ts';
import { readSecrets, type StoredCredential } from './store/credentials.ts';
import type { Database } from './store/database.ts';
import { createCipher } from './store/encryption.ts';
import { createLedger } from './store/ledger.ts';
import { allMigrations, checkSchema, readSchemaState } from './store/migrate.ts';
import { openDatabase } from './store/open-database.ts';
import { identityOf } from './store/process-identity.ts';
import { readProviderIds } from './store/provider-ids.ts';
import { createTokenCache } from './store/tokens.ts';
import type { CredentialRun, UnitBudget } from './sync/context.ts';
import { alertFacts, alertingOf, beginHeartbeat, endedUnit, type Heartbeat } from './wiring-alerts.ts';
import { toldUnits } from './wiring-told-units.ts';

export interface WiringOptions {
  readonly command: string;
  readonly config: Config;
  readonly log: Log;
  readonly providers: readonly Provider[];
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  readonly json: boolean;
  /** `--now` (UTC). */
  readonly now: Date | undefined;
  /** Told of every wait for the database and the providers. */
  readonly waits?: Waits;
  /** `--dry-run`: nobody is told that it ran. */
  readonly dryRun?: boolean;
}

export interface Wired {
  readonly context: CommandContext;
  /** Told that the run has begun, where its command has an address for it. */
  readonly heartbeat: Heartbeat | undefined;
  /** Ends connections; the process has nothing left to wait for. */
  close(): Promise<void>;
}

const syncCommands = new Set(['discover', 'tick', 'sync-event', 'full-sync', 'publish-results']);

/** One statement over all of a table may take minutes. */
const patientCommands = new Set(['migrate', 'audit']);

/** A person or a timer may meet another process on the embedded database for a moment; longer than this is said. */
const embeddedWaitMs = 5_000;

/** dist/main.js, of which this file becomes a part, and src/wiring.ts both lie one folder below the package. */
const packageFolder = fileURLToPath(new URL('..', import.meta.url));

export function wire(options: WiringOptions): Wired {
  const { config, log, providers } = options;
  const runId = randomUUID();
  const cipher = createCipher(config.encryptionKeys);
  let opened: Promise<Database> | undefined;
  let providerFetch: ProviderFetch | undefined;

  const open = () => {
    opened ??= openDatabase(config.database, {
      command: options.command,
      busyWaitMs: embeddedWaitMs,
      patient: patientCommands.has(options.command),
      ...(options.waits && { waits: options.waits }),
      ...(log.debugEnabled && {
        onQuery: (sql: string, durationMs: number) =>
          log.debug({ sql: sql.replace(/\s+/g, ' ').trim(), durationMs: Math.round(durationMs * 10) / 10 }, 'sql'),
      }),
    });
    return opened;
  };

  async function openWorkspace(): Promise<Workspace> {
    const database = await open();
    const schema = await readSchemaState(database);
    checkSchema(schema, allMigrations(providers), database.shown);
    const clock = clockFrom(options.now ?? schema.now, () => performance.now());
    // Where the data went must be in the log of every run that moves some; people see it on the screens they ask for.
    log[syncCommands.has(options.command) ? 'info' : 'debug'](
      { database: database.shown, now: clock.now() },
      options.command,
    );
    const identity = { runId, host: config.hostName, process: identityOf(process.pid) };
    return {
      database,
      clock,
      identity,
      rehearsal: options.now !== undefined,
      providerIds: await readProviderIds(database.db, providers),
    };
  }

  async function connect(
    workspace: Workspace,
    credential: StoredCredential,
    connectOptions: ConnectOptions,
  ): Promise<CredentialRun> {
    const provider = workspace.providerIds.byId.get(credential.providerId);
    if (!provider) throw new UsageError(`credential ${credential.credentialId} is of an unknown provider`);
    const secrets = await readSecrets(workspace.database.db, cipher, credential);
    const adapter = await provider.load();
    adapter.checkCredential(secrets);
    const own = config.providers[provider.name];
    const baseUrl =
      own?.url ??
      parseProviderAddress(
        credential.providerUrl ?? provider.defaults.baseUrl,
        `the address of ${provider.displayName} in the table providers`,
      );
    // Its calls would stand in the log at another time than they were made, where no budget counts them.
    if (workspace.rehearsal && !isLoopback(baseUrl.hostname)) {
      throw new UsageError(`--now moves the clock, and ${provider.displayName} is called for real`, {
        hint: 'Ask with `tick --dry-run --now …` or `status --now …`; rehearse against `p88sync sandbox`.',
      });
    }
    const limit = own?.callsPerHour ?? credential.callsPerHour ?? provider.defaults.callsPerHour;
    const { db } = workspace.database;
    const { clock } = workspace;
    let calls = 0;
    let current: UnitBudget & { readonly ceiling: number } = { unitId: undefined, ceiling: limit };
    const within = (ceiling: number | undefined) => Math.min(limit, ceiling ?? limit);
    const whileWaiting = async () => {
      if (current.whileWaiting) current = { ...current, ceiling: within(await current.whileWaiting()) };
    };
    const owner = {
      partnerId: credential.partnerId,
      providerId: credential.providerId,
      credentialId: credential.credentialId,
    };
    const ledger = loggedLedger(log.child({ credential: credential.credentialId }), db, {
      owner,
      runId,
      command: options.command,
      clock,
      ceiling: () => current.ceiling,
      paceMs: config.http.paceMs,
      unitId: () => current.unitId,
      onReserved: () => {
        calls += 1;
      },
    });
    // A small heap may grow fourfold before V8 clears it. By half only, a full sync of 400,000 people peaks at 185 MB instead
    // of 263; the fifth of processor time that this costs passes while PostgreSQL stores. An idle tick never gets here.
    setFlagsFromString('--heap-growing-percent=50');
    // undici takes longer to load than everything else together; an idle tick makes no call.
    providerFetch ??= (await import('./http/dispatcher.ts')).createProviderFetch();
    const call = createCaller({
      fetch: connectOptions.onDate ? tellDates(providerFetch.fetch, connectOptions.onDate) : providerFetch.fetch,
      baseUrl,
      ledger: connectOptions.patience === 'wait' ? patient(ledger, clock.now, connectOptions, whileWaiting) : ledger,
      clock,
      sleep: (ms, signal) => delay(ms, undefined, signal && { signal }),
      random: Math.random,
      signal: connectOptions.signal,
      waits: options.waits,
      limits: {
        headersMs: config.http.headersTimeoutMs,
        bodyMs: config.http.bodyTimeoutMs,
        retryDelaysMs: [1_000, 3_000, 5_000, 5_000, 5_000].slice(0, config.http.retries),
      },
    });
    const session = adapter.connect(secrets, {
      baseUrl,
      pageSize: own?.pageSize ?? provider.defaults.pageSize,
      call,
      tokens: createTokenCache(db, cipher, credential.credentialId, clock),
      program: (config.program as Readonly<Record<string, Readonly<Record<string, string>>>>)[provider.name] ?? {},
      now: clock.now,
      warn: (message, fields = {}) => log.warn({ credential: credential.credentialId, ...fields }, message),
    });
    return {
      owner,
      provider,
      session,
      refusals: credential.refusals,
      throttles: credential.throttles,
      callsMade: () => calls,
      begin: (unit) => {
        current = { ...unit, ceiling: within(unit.ceiling) };
      },
    };
  }

  const context: CommandContext = {
    log,
    settings: config.settings,
    providers,
    terminal: options.terminal,
    signal: options.signal,
    json: options.json,
    cipher,
    configuration: {
      notes: config.notes,
      databaseSource: config.database.source,
      dataDir: config.database.kind === 'embedded' ? config.database.dataDir : undefined,
      hasEncryptionKey: config.encryptionKeys !== undefined,
      alerts: alertFacts(config.alerts),
    },
    alerting: alertingOf(config, options.now !== undefined),
    callsPerHour: (provider) => config.providers[provider]?.callsPerHour,
    paceMs: config.http.paceMs,
    programSecrets: programSecretsOf(config),
    newId: randomUUID,
    openDatabase: open,
    openWorkspace,
    connect,
    checkSecrets: async (provider, secrets) => (await provider.load()).checkCredential(secrets),
    readFile: (path) =>
      readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
        throw new UsageError(`cannot read ${path}: ${reasonOf(cause)}`, { cause });
      }),
    exposureOf: (path) => {
      const access = accessOf(path);
      return access && exposureOf(path, access);
    },
    writeFile: (path, text) => writeFile(path, text).catch(refuseToWrite(path)),
    createSecretFile: (path, text) =>
      writeFile(path, text, { flag: 'wx', mode: 0o600 }).catch((cause: NodeJS.ErrnoException) => {
        if (cause.code !== 'EEXIST') return refuseToWrite(path)(cause);
        throw new UsageError(`${path} is there already, and is not overwritten: secrets may be stored under it`, {
          hint: 'Give another name.',
          cause,
        });
      }),
    checkWritable: (path) => appendFile(path, '').catch(refuseToWrite(path)),
    now: () => options.now ?? new Date(),
    endedUnit: () => endedUnit(process.env),
    toldUnits: toldUnits(process.env['RUNTIME_DIRECTORY']),
    machine: async () => (await import('./wiring-machine.ts')).thisMachine(packageFolder),
    startSandbox: async (port) => (await import('./wiring-sandbox.ts')).startSandbox(port),
    runSelf: async (args, selfOptions) =>
      (await import('./wiring-sandbox.ts')).runSelf(args, selfOptions, options.signal),
    makeTemporaryFolder: async () => (await import('./wiring-sandbox.ts')).makeTemporaryFolder(),
  };
  return {
    context,
    heartbeat: beginHeartbeat(options, runId),
    close: async () => {
      await providerFetch?.close();
      await opened?.then(
        (database) => database.close(),
        () => undefined,
      );
    },
  };
}

/** What the environment holds beside the keys of partners, which lie in the database. */
function programSecretsOf({ program, database }: Config): CommandContext['programSecrets'] {
  const { registrationSecret } = program.runsignup;
  const postgresql = database.kind === 'postgresql' ? database : undefined;
  const { password } = postgresql?.connection ?? {};
  // Such as "postgres": every message that names the database holds it.
  const isShown = typeof password === 'string' && postgresql?.shown.includes(password) === true;
  return [
    { of: "the program's registration secret with RunSignUp", secret: registrationSecret },
    { of: 'the password of the database', secret: isShown ? undefined : password },
  ].flatMap(({ of, secret }) => (typeof secret === 'string' ? [{ of, secret }] : []));
}

function refuseToWrite(path: string): (cause: NodeJS.ErrnoException) => never {
  return (cause) => {
    throw new UsageError(`cannot write ${path}: ${reasonOf(cause)}`, { cause });
  };
}

/** Tells the log of every call too, under --debug: as the ledger knows it, without anything secret. */
function loggedLedger(log: Log, ...ledgerOptions: Parameters<typeof createLedger>): CallLedger {
  const ledger = createLedger(...ledgerOptions);
  if (!log.debugEnabled) return ledger;
  const underWay = new Map<number, { readonly method: string; readonly path: string }>();
  return {
    async reserve(call) {
      const reservation = await ledger.reserve(call);
      underWay.set(reservation.callId, call);
      return reservation;
    },
    async settle(reservation, result) {
      await ledger.settle(reservation, result);
      log.debug({ ...underWay.get(reservation.callId), ...result }, 'call');
      underWay.delete(reservation.callId);
    },
  };
}

/** The room that a unit waits for may come earlier than it looks: other runs end, races move. */
const longestWaitMs = 20_000;

/** Waits for the sliding hour instead of failing, until the run is told to end. */
function patient(
  ledger: CallLedger,
  now: () => Date,
  options: ConnectOptions,
  whileWaiting: () => Promise<void>,
): CallLedger {
  return {
    settle: ledger.settle,
    async reserve(call) {
      let told = false;
      for (;;) {
        try {
          return await ledger.reserve(call);
        } catch (error) {
          if (!(error instanceof BudgetSpent) || options.signal.aborted) throw error;
          if (!told) options.onWait?.(error.freeAt);
          told = true;
          const wait = Math.min(longestWaitMs, Math.max(1_000, error.freeAt.getTime() - now().getTime()));
          await delay(wait, undefined, { signal: options.signal }).catch(() => undefined);
          if (options.signal.aborted) throw error;
          await whileWaiting();
        }
      }
    },
  };
}

function tellDates(fetch: Fetch, onDate: NonNullable<ConnectOptions['onDate']>): Fetch {
  return async (url, init) => {
    const before = new Date();
    const response = await fetch(url, init);
    const at = parseHttpDate(response.headers.get('date'));
    if (at) onDate({ before, at, after: new Date() });
    return response;
  };
}

/** Files for the configuration, which is read before anything else. */
export const configFiles: Pick<ConfigSources, 'readFile' | 'readAccess'> = {
  readFile: (path) => readFileSync(path, 'utf8'),
  readAccess: accessOf,
};

function accessOf(path: string): FileAccess | undefined {
  const found = statSync(path);
  return found.isFile() ? { mode: found.mode, uid: found.uid } : undefined;
}
