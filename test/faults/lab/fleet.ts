/** Several hosts on one database, by the database's clock: processes with host names of their own, minute by minute. */
import type { World } from '../../../src/sandbox/world.ts';
import { type Installation, install } from '../../e2e/installation.ts';
import { type Started, start } from '../../e2e/program.ts';
import { type LaboratoryClock, laboratoryClock } from './database-clock.ts';
import { hear } from './heard.ts';

export interface Fleet {
  readonly here: Installation;
  readonly clock: LaboratoryClock;
  /** A run on this host. @param env overrides what all hosts have. */
  start(
    host: string,
    args: readonly string[],
    env?: Readonly<Record<string, string | undefined>>,
    prefix?: readonly string[],
  ): Started;
}

/** @param start when it is, to begin with (UTC). */
export async function openFleet(begin: Date, build: (world: World) => void): Promise<Fleet> {
  const clock = laboratoryClock(begin);
  const here = await install(build, { clock: clock.now });
  await clock.bind(here.databaseUrl);
  // Everything else of the real program: a second between calls, retries within a call.
  delete here.env['P88SYNC_HTTP_RETRIES'];
  return {
    here,
    clock,
    start: (host, args, env = {}, prefix = []) =>
      hear(here, start(args, { env: { ...here.env, P88SYNC_HOST: host, ...env }, prefix })),
  };
}
