/** An installation whose providers are those of the registry and two more from the test folder. */
import pg from 'pg';
import type { CommandContext, CommandResult } from '../../src/commands/context.ts';
import { runCredentialsAdd } from '../../src/commands/credentials.ts';
import { runDiscover } from '../../src/commands/discover.ts';
import { runMigrate } from '../../src/commands/migrate.ts';
import { runPartnersAdd } from '../../src/commands/partners.ts';
import { runTick } from '../../src/commands/tick.ts';
import { P88Error } from '../../src/domain/errors.ts';
import { exitCodes, exitNameOf } from '../../src/domain/exit-codes.ts';
import { providers } from '../../src/providers/registry.ts';
import { freshDatabase } from '../database/databases.ts';
import { newToyRegistrationWorld, toyRegistration } from '../toy/toy-registration.ts';
import { newToyScoringWorld, toyScoring } from '../toy/toy-scoring.ts';
import { inProcess } from './in-process.ts';
import { encryptionKey, hour, type Row, saturday } from './installation.ts';
import type { Told } from './program.ts';

export interface Answer {
  readonly code: number;
  readonly text: string;
  readonly json: Told;
}

/** Partner 1 with a credential for each toy, an event that starts in two hours, and nobody in it. */
export async function installToys() {
  let now = saturday;
  const registration = newToyRegistrationWorld();
  const scoring = newToyScoringWorld();
  const database = await freshDatabase();
  const options = {
    env: { DATABASE_URL: database.url, P88SYNC_ENCRYPTION_KEY: encryptionKey, P88SYNC_PACE_MS: '0' },
    providers: [...providers, toyRegistration(registration), toyScoring(scoring)],
    input: 'secret-1',
  };
  const inside = (command: (context: CommandContext) => Promise<CommandResult>, json: boolean) =>
    inProcess(command, { ...options, now, json });
  /** As main would end: errors become their exit code and message. */
  const command = async (run: (context: CommandContext) => Promise<CommandResult>): Promise<Answer> => {
    const json = await inside(run, true).catch(failed);
    return { code: exitCodes[json.exit].code, text: json.text, json: json.json as Told };
  };
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await inside(runMigrate, true);
  await inside((context) => runPartnersAdd(context, 'Peak Timing', {}), true);
  for (const provider of ['toyreg', 'toyscore'])
    await inside((context) => runCredentialsAdd(context, `1:${provider}`, { principal: 'timer' }), true);
  registration.events.set('L10', { name: 'Lakefront 10K', startAt: new Date(saturday.getTime() + 2 * hour) });
  scoring.events.set('LAKE/10K', { name: 'LAKEFRONT', startAt: new Date(saturday.getTime() + 2 * hour) });
  return {
    registration,
    scoring,
    command,
    /** What a person would read; the command runs once. */
    text: async (run: (context: CommandContext) => Promise<CommandResult>) => (await inside(run, false)).text,
    tick: (more: { dryRun?: boolean } = {}) => command((context) => runTick(context, { maxSeconds: '50', ...more })),
    discover: () => command((context) => runDiscover(context, undefined, {})),
    pass: (ms: number) => {
      now = new Date(now.getTime() + ms);
    },
    now: () => now,
    query: async <T extends Row = Row>(sql: string) => (await client.query<T>(sql)).rows,
    close: async () => {
      await client.end();
      await database.drop();
    },
  };
}

export type ToyInstallation = Awaited<ReturnType<typeof installToys>>;

function failed(error: unknown): CommandResult {
  if (!(error instanceof P88Error)) throw error;
  return { exit: exitNameOf(error), text: error.message, json: { hint: error.hint ?? null } };
}
