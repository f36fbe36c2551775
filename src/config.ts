/**
 * The configuration of one invocation, read once by main from the environment. Nothing is replaced by a default that was
 * given and is wrong: the run is refused, with all that is wrong in one message.
 */
import { type AlertsConfig, alertVariables, readAlerts } from './config/alerts.ts';
import { type DatabaseConfig, readDatabase } from './config/database.ts';
import { databaseVariables } from './config/database-variables.ts';
import { encryptionKey, encryptionKeys, oneOf, word } from './config/kinds.ts';
import { type HttpConfig, numberVariables, readHttp } from './config/numbers.ts';
import {
  type ProviderConfig,
  programVariables,
  providerVariables,
  readProvider,
  readRunsignupProgram,
  variableNames,
} from './config/providers.ts';
import { createReader, type Environment, type Files, type Reader, type Variable } from './config/reader.ts';
import { readSettings, settingVariables } from './config/settings.ts';
import { unknownVariables } from './config/unknown.ts';
import { UsageError } from './domain/errors.ts';
import type { Settings } from './domain/settings.ts';

const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

export interface Config {
  readonly database: DatabaseConfig;
  /** 32-byte keys; undefined: no secret can be stored or read. */
  readonly encryptionKeys: { readonly current: Buffer; readonly previous: readonly Buffer[] } | undefined;
  /** By provider name; every name that was asked for is there. */
  readonly providers: Readonly<Record<string, ProviderConfig>>;
  /** The program's own registrations, by provider name. */
  readonly program: { readonly runsignup: Readonly<Record<string, string>> };
  readonly settings: Settings;
  readonly http: HttpConfig;
  readonly alerts: AlertsConfig;
  readonly logLevel: LogLevel;
  /** How this machine is called in claims and logs. */
  readonly hostName: string;
  /** To be logged: what was ignored, and what weakens a protection. */
  readonly notes: readonly string[];
}

export interface ConfigSources extends Files {
  readonly providerNames: readonly string[];
  /** The machine's name, where P88SYNC_HOST is unset. */
  readonly hostName: string;
}

/** Every variable there is: README's table and the tests are held against it. */
export const variables: readonly Variable[] = [
  ...databaseVariables,
  {
    name: 'P88SYNC_ENCRYPTION_KEY',
    meaning:
      'Key that secrets in the database are encrypted with: 32 bytes as base64 (p88sync credentials keygen) or 64 hexadecimal digits',
    default: undefined,
    secret: true,
  },
  {
    name: 'P88SYNC_ENCRYPTION_KEY_PREVIOUS',
    meaning: 'Former keys, with commas between them, that still decrypt',
    default: undefined,
    secret: true,
  },
  ...programVariables,
  ...providerVariables,
  ...numberVariables,
  ...settingVariables,
  ...alertVariables,
  { name: 'P88SYNC_LOG_LEVEL', meaning: `What is logged: ${logLevels.join(', ')}`, default: 'info', secret: false },
  {
    name: 'P88SYNC_HOST',
    meaning: 'Name of this machine in claims and logs',
    default: "the machine's name",
    secret: false,
  },
];

/** @throws UsageError with everything that is wrong, each with its variable; no secret is in it. */
export function readConfig(env: Environment, sources: ConfigSources): Config {
  const reader = createReader(env, sources);
  refuseUncheckedTls(reader);
  const database = readDatabase(reader);
  const config = {
    encryptionKeys: readEncryptionKeys(reader),
    providers: Object.fromEntries(sources.providerNames.map((name) => [name, readProvider(reader, name)])),
    program: { runsignup: readRunsignupProgram(reader) },
    settings: readSettings(reader),
    http: readHttp(reader),
    alerts: readAlerts(reader),
    logLevel: reader.value('P88SYNC_LOG_LEVEL', oneOf(logLevels)) ?? 'info',
    hostName: reader.value('P88SYNC_HOST', word) ?? sources.hostName,
    notes: [...reader.notes, ...unknownVariables(env, knownNames(sources.providerNames))],
  };
  if (database === undefined || reader.problems.length > 0) {
    throw new UsageError(reader.problems.join('; '), {
      hint: 'Correct it in the environment, with systemd in /etc/p88sync/p88sync.env; the README lists every variable.',
    });
  }
  return { database, ...config };
}

/**
 * Node then takes any certificate of a provider: whoever is in between reads keys and people. It is easily left behind in a
 * shell profile or a container image, and nothing of p88sync needs it.
 */
function refuseUncheckedTls(reader: Reader): void {
  if (reader.text('NODE_TLS_REJECT_UNAUTHORIZED') !== '0') return;
  reader.refuse(
    'NODE_TLS_REJECT_UNAUTHORIZED: 0 would accept any certificate; unset it, and name an authority of your own in NODE_EXTRA_CA_CERTS',
  );
}

function readEncryptionKeys(reader: Reader): Config['encryptionKeys'] {
  const before = reader.problems.length;
  const current = reader.secretValue('P88SYNC_ENCRYPTION_KEY', encryptionKey);
  const previous = reader.secretValue('P88SYNC_ENCRYPTION_KEY_PREVIOUS', encryptionKeys);
  if (current !== undefined) return { current, previous: previous ?? [] };
  if (previous !== undefined && reader.problems.length === before) {
    reader.refuse('P88SYNC_ENCRYPTION_KEY: missing, while P88SYNC_ENCRYPTION_KEY_PREVIOUS is set');
  }
  return undefined;
}

function knownNames(providerNames: readonly string[]): string[] {
  return variables.flatMap(({ name, secret }) => {
    const names = variableNames(name, providerNames);
    return secret ? names.flatMap((each) => [each, `${each}_FILE`]) : names;
  });
}
