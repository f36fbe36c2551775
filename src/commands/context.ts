/** What a command gets from main, and what it gives back. A command never prints, exits, or reads a clock of its own. */
import type { Channel, Delivery, Message } from '../domain/alerts.ts';
import type { Clock } from '../domain/clock.ts';
import type { ExitName } from '../domain/exit-codes.ts';
import type { Exposure } from '../domain/file-access.ts';
import type { Log } from '../domain/log.ts';
import type { CredentialSecrets, Provider } from '../domain/provider.ts';
import type { Settings } from '../domain/settings.ts';
import type { EndedUnit } from '../report/unit-failed-text.ts';
import type { RunIdentity } from '../store/claims.ts';
import type { StoredCredential } from '../store/credentials.ts';
import type { Database } from '../store/database.ts';
import type { Cipher } from '../store/encryption.ts';
import type { ProviderIds } from '../store/provider-ids.ts';
import type { CredentialRun } from '../sync/context.ts';
import type { Machine } from './machine.ts';

/** When a message that a unit failed was last taken by somebody (UTC); neither function throws. */
export interface ToldUnits {
  lastAt(unit: string): Promise<Date | undefined>;
  note(unit: string): Promise<void>;
}

export interface CommandContext {
  readonly log: Log;
  readonly settings: Settings;
  readonly providers: readonly Provider[];
  readonly terminal: Terminal;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  readonly json: boolean;
  readonly cipher: Cipher;
  readonly configuration: ConfigurationFacts;
  /** Undefined where nobody is to be told of anything. */
  readonly alerting: Alerting | undefined;
  /** Calls per hour of a provider, where the environment sets them. */
  callsPerHour(provider: string): number | undefined;
  /** Kept between two calls of a credential (ms). */
  readonly paceMs: number;
  /** Secrets of the program itself, which no output and no table may hold, with the words for whose they are. */
  readonly programSecrets: readonly { readonly of: string; readonly secret: string }[];
  newId(): string;
  /** Opened at most once. @throws DatabaseUnavailable, EmbeddedDatabaseBusy */
  openDatabase(): Promise<Database>;
  /** The database with its schema checked, its clock and its providers. @throws as above, or where the schema does not fit. */
  openWorkspace(): Promise<Workspace>;
  /**
   * A credential ready to call its provider.
   * @param patience where the hour is spent: `wait` for room, or `fail` with BudgetSpent.
   */
  connect(workspace: Workspace, credential: StoredCredential, options: ConnectOptions): Promise<CredentialRun>;
  /** @throws UsageError where the provider would not take such a credential. */
  checkSecrets(provider: Provider, secrets: CredentialSecrets): Promise<void>;
  readFile(path: string): Promise<string>;
  /** Who else gets at a file that was read just now; undefined: nobody. */
  exposureOf(path: string): Exposure | undefined;
  writeFile(path: string, text: string): Promise<void>;
  /** Makes a new file that only its owner may read. @throws UsageError where there is one, or it cannot be written. */
  createSecretFile(path: string, text: string): Promise<void>;
  /** Makes the file where it is missing and leaves it alone where it is there. @throws UsageError where it cannot be written. */
  checkWritable(path: string): Promise<void>;
  /** The clock before a database is open. */
  now(): Date;
  machine(): Promise<Machine>;
  /** What systemd tells of the unit for which it started this run. */
  endedUnit(): EndedUnit;
  /** Undefined where nothing of the kind is kept. */
  readonly toldUnits: ToldUnits | undefined;
  /** Serves the stand-ins of the providers, with the demo's data, on 127.0.0.1. */
  startSandbox(port: number): Promise<RunningSandbox>;
  /** Runs this program as a process of its own. */
  runSelf(
    args: readonly string[],
    options: { environment: Readonly<Record<string, string>>; input: string },
  ): Promise<ProcessResult>;
  /** A folder for an embedded database of its own, with a new encryption key. */
  makeTemporaryFolder(): Promise<{ readonly environment: Readonly<Record<string, string>>; remove(): Promise<void> }>;
}

/** How people are told of what is wrong. */
export interface Alerting {
  /** Those that are set; at least one. With --now only such as stay on this machine. */
  readonly channels: readonly Channel[];
  /** This machine, as messages name it. */
  readonly host: string;
  /** Never throws; ends within seconds. */
  send(channel: Channel, message: Message): Promise<Delivery>;
}

/** What `doctor` tells of the configuration; nothing secret. */
export interface ConfigurationFacts {
  /** What was ignored, and what weakens a protection. */
  readonly notes: readonly string[];
  /** The variables that name the database: `DATABASE_URL`, `P88SYNC_DATA_DIR`. */
  readonly databaseSource: string;
  /** Folder of the embedded database; undefined: a PostgreSQL server is used. */
  readonly dataDir: string | undefined;
  readonly hasEncryptionKey: boolean;
  /** Which ways to tell people are set, and the commands whose runs are told to a heartbeat address. */
  readonly alerts: { readonly channels: readonly Channel[]; readonly heartbeats: readonly string[] };
}

export interface ProcessResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunningSandbox {
  readonly url: string;
  /** What points p88sync at it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly accounts: readonly {
    readonly company: string;
    readonly provider: string;
    readonly principal: string;
    readonly secret: string;
    readonly additionalConfig: Readonly<Record<string, string>>;
  }[];
  /** What the stand-in holds for a company's account. */
  expected(
    company: string,
    provider: string,
  ): Promise<{
    readonly events: readonly {
      readonly eventId: string;
      /** The id by which p88sync knows it. */
      readonly namedAs: string;
      readonly name: string;
      readonly volunteer: boolean;
      readonly startsInMs: number;
    }[];
    readonly registrations: readonly {
      readonly id: string;
      readonly eventId: string;
      readonly removedReason: string | null;
    }[];
  }>;
  /** One change, as POST /control/<action> makes it. */
  control(action: string, body: unknown): Promise<void>;
  close(): Promise<void>;
}

export interface ConnectOptions {
  readonly signal: AbortSignal;
  readonly patience: 'wait' | 'fail';
  /** Told when a call has to wait for the sliding hour until `freeAt` (UTC). */
  readonly onWait?: (freeAt: Date) => void;
  /** Told what the provider's clock said (`Date` header, UTC), and this machine's just before the call and after its headers. */
  readonly onDate?: (answered: { before: Date; at: Date; after: Date }) => void;
}

export interface Workspace {
  readonly database: Database;
  readonly clock: Clock;
  readonly providerIds: ProviderIds;
  readonly identity: RunIdentity;
  /** `--now` was given: the clock is not the database's, so what others hold cannot be judged by it. */
  readonly rehearsal: boolean;
}

/** Where the person is, if there is one. */
export interface Terminal {
  readonly columns: number;
  readonly color: boolean;
  /** stderr is a terminal: progress may be shown there. */
  readonly progress: NodeJS.WriteStream | undefined;
  /** Writes a line to standard output at once, for commands that go on. */
  print(text: string): Promise<void>;
  /** All of standard input. @throws UsageError where it is a terminal: a secret is not typed in clear. */
  readStandardInput(): Promise<string>;
  /**
   * Asks a question that is answered with yes or no; anything but yes is no. Undefined where nobody could answer.
   * @throws Interrupted where the signal is aborted meanwhile.
   */
  readonly confirm?: ((question: string, signal: AbortSignal) => Promise<boolean>) | undefined;
}

/** What main prints: `json` under --json (nothing where it is undefined), else `text`; then it exits. */
export interface CommandResult {
  readonly exit: ExitName;
  readonly text: string;
  readonly json: unknown;
}
