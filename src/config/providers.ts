/** What can be set per provider, and the program's own registration with RunSignUp. */
import { P88Error } from '../domain/errors.ts';
import { parseProviderAddress } from '../http/address.ts';
import { wholeNumber } from './kinds.ts';
import type { Reader, Variable } from './reader.ts';

/** What is unset stays with the table `providers`, then with the provider's own default. */
export interface ProviderConfig {
  readonly url?: URL;
  readonly callsPerHour?: number;
  readonly pageSize?: number;
}

const placeholder = '<PROVIDER>';

export const providerVariables: readonly Variable[] = [
  {
    name: `P88SYNC_${placeholder}_URL`,
    meaning: 'Address of a provider (P88SYNC_RUNSIGNUP_URL, …); plain http only to this machine',
    default: "the table providers, then the provider's own",
    secret: false,
  },
  {
    name: `P88SYNC_${placeholder}_CALLS_PER_HOUR`,
    meaning: 'Calls per hour and credential',
    default: "the table providers, then the provider's own",
    secret: false,
  },
  {
    name: `P88SYNC_${placeholder}_PAGE_SIZE`,
    meaning: 'Rows asked for per page',
    default: "the provider's own",
    secret: false,
  },
];

export const programVariables: readonly Variable[] = [
  {
    name: 'P88SYNC_RUNSIGNUP_REG_ID',
    meaning: "This program's registration with RunSignUp: its id",
    default: undefined,
    secret: false,
  },
  {
    name: 'P88SYNC_RUNSIGNUP_REG_SECRET',
    meaning: "This program's registration with RunSignUp: its secret",
    default: undefined,
    secret: true,
  },
];

const capitals = (providerName: string) => providerName.toUpperCase().replaceAll('-', '_');

/** The names that `name` stands for: itself, or one per provider. */
export function variableNames(name: string, providerNames: readonly string[]): string[] {
  if (!name.includes(placeholder)) return [name];
  return providerNames.map((providerName) => name.replace(placeholder, capitals(providerName)));
}

export function readProvider(reader: Reader, providerName: string): ProviderConfig {
  const prefix = `P88SYNC_${capitals(providerName)}`;
  const url = readAddress(reader, `${prefix}_URL`);
  const callsPerHour = reader.value(`${prefix}_CALLS_PER_HOUR`, wholeNumber(1, 1_000_000));
  const pageSize = reader.value(`${prefix}_PAGE_SIZE`, wholeNumber(1, 100_000));
  return {
    ...(url !== undefined && { url }),
    ...(callsPerHour !== undefined && { callsPerHour }),
    ...(pageSize !== undefined && { pageSize }),
  };
}

function readAddress(reader: Reader, name: string): URL | undefined {
  const text = reader.text(name);
  if (text === undefined) return undefined;
  try {
    return parseProviderAddress(text, `${name}:`);
  } catch (error) {
    if (!(error instanceof P88Error)) throw error;
    reader.refuse(error.hint === undefined ? error.message : `${error.message}. ${error.hint}`);
    return undefined;
  }
}

/** By the names that SessionTools.program documents; empty where the program has no registration. */
export function readRunsignupProgram(reader: Reader): Readonly<Record<string, string>> {
  const registrationId = reader.text('P88SYNC_RUNSIGNUP_REG_ID');
  const registrationSecret = reader.secret('P88SYNC_RUNSIGNUP_REG_SECRET');
  if (registrationId !== undefined && registrationSecret !== undefined) return { registrationId, registrationSecret };
  if (registrationId !== undefined)
    reader.refuse('P88SYNC_RUNSIGNUP_REG_SECRET: missing, while P88SYNC_RUNSIGNUP_REG_ID is set');
  if (registrationSecret !== undefined)
    reader.refuse('P88SYNC_RUNSIGNUP_REG_ID: missing, while P88SYNC_RUNSIGNUP_REG_SECRET is set');
  return {};
}
