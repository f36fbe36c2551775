/** What `audit` says of an installation. */
import { expect } from 'vitest';
import { runAuditCommand } from '../../src/commands/audit.ts';
import { exitCodes } from '../../src/domain/exit-codes.ts';
import { inProcess } from './in-process.ts';
import type { Told } from './program.ts';

interface Audited {
  readonly env: Readonly<Record<string, string | undefined>>;
  now(): Date;
}

export async function audit(
  { env, now }: Audited,
  days = '30',
): Promise<{ readonly code: number; readonly json: Told }> {
  const { exit, json } = await inProcess((context) => runAuditCommand(context, { days }), { env, now: now() });
  return { code: exitCodes[exit].code, json: json as Told };
}

/** What is broken, by promise: its examples. */
export async function brokenPromises(installation: Audited): Promise<Readonly<Record<string, readonly string[]>>> {
  const { json } = await audit(installation);
  type Promises = { promise: string; broken: number; checks: { broken: number; examples: string[] }[] }[];
  return Object.fromEntries(
    (json['promises'] as Promises).flatMap(({ promise, broken, checks }) =>
      broken > 0 ? [[promise, checks.flatMap(({ examples }) => examples)]] : [],
    ),
  );
}

export async function expectPromisesKept(installation: Audited): Promise<void> {
  expect(await brokenPromises(installation)).toEqual({});
}
