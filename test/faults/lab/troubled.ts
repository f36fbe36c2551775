/** An installation behind a line that misbehaves: every provider with registrations, a minute a tick, and how it is made well. */
import { expect } from 'vitest';
import { changePerson, register } from '../../../src/sandbox/changes.ts';
import { sandboxEnvironment } from '../../../src/sandbox/stand-ins.ts';
import type { RaceEvent, SandboxProvider, World } from '../../../src/sandbox/world.ts';
import { storedRows, wantedRows } from '../../e2e/compare.ts';
import { day, type Installation, install, minute, type Row, saturday } from '../../e2e/installation.ts';
import type { Ended } from '../../e2e/program.ts';
import { type ProviderLine, startProviderLine } from './provider-line.ts';
import { expectSound } from './sound.ts';
import { fillWorld, type registrationProviders, smallPages } from './world.ts';

export type Registrar = (typeof registrationProviders)[number];

export interface Troubled {
  readonly here: Installation;
  readonly line: ProviderLine;
  readonly events: readonly RaceEvent[];
  close(): Promise<void>;
}

export interface TroubledOptions {
  /** In each event; pages hold ten. */
  readonly people?: number;
  readonly providers?: readonly SandboxProvider[];
  /** What else there is; before credentials are made of accounts. */
  readonly build?: (world: World) => void;
}

/** Discovered and synced: everything is the same. Events are of high priority for three weeks. */
export async function installTroubled({ people = 25, providers, build }: TroubledOptions = {}): Promise<Troubled> {
  let events: readonly RaceEvent[] = [];
  const here = await install((world) => {
    events = fillWorld(world, { now: saturday, people, startsInMs: 20 * day, ...(providers && { providers }) });
    build?.(world);
  });
  const line = await startProviderLine(here.sandboxUrl);
  Object.assign(here.env, smallPages(10), sandboxEnvironment(line.url), {
    P88SYNC_HIGH_FROM_HOURS: '700',
    P88SYNC_MEDIUM_FROM_HOURS: '720',
    // Room for whatever an hour of the laboratory asks.
    ...Object.fromEntries(
      ['RUNSIGNUP', 'RACEROSTER', 'HAKU', 'LETSDOTHIS', 'CHRONOTRACK'].map((name) => [
        `P88SYNC_${name}_CALLS_PER_HOUR`,
        '100000',
      ]),
    ),
  });
  await here.discover();
  const troubled = {
    here,
    line,
    events,
    close: async () => {
      await line.close();
      await here.close();
    },
  };
  await recover(troubled);
  return troubled;
}

/** Nothing goes wrong any more: ticks by the minute, all of them good, until nothing is left to be read; then all is the same. */
export async function recover(
  { here, line }: Troubled,
  { restMs = minute }: { readonly restMs?: number } = {},
): Promise<void> {
  line.clear();
  here.pass(restMs);
  for (let tick = 0; tick < 10; tick += 1) {
    const { code, json } = await here.tick();
    expect({ code, failed: json['totals'].failed }).toEqual({ code: 0, failed: 0 });
    if ((await here.query('select 1 from registration_outlines where unread limit 1')).length === 0) break;
    here.pass(minute);
  }
  await expectSound(here);
}

let renamed = 0;

/** At every event somebody registers and somebody is renamed; a minute later it is time for the next tick. */
export function happenEverywhere({ here, events }: Troubled): void {
  for (const event of events) {
    register(here.world, event, { bib: String(9_000 + renamed) });
    renamed += 1;
    const [someone] = event.registrations.filter(({ removal }) => removal === null);
    if (someone) changePerson(here.world, someone.id, { firstName: `Renamed ${renamed}` });
  }
  here.pass(minute);
}

/** The stored people of some providers. */
export async function peopleOf({ here }: Troubled, providers: readonly string[]): Promise<readonly Row[]> {
  return (await storedRows(here)).people.filter((row) => providers.includes(String(row['provider'])));
}

/** What ought to be stored of them. */
export function wantedPeopleOf({ here }: Troubled, providers: readonly string[]): readonly Row[] {
  return wantedRows(here.world, { from: new Date(0) }).people.filter((row) =>
    providers.includes(String(row['provider'])),
  );
}

/** Nothing of a credential, and no token, stands in what the program wrote. */
export function expectNoSecret({ here }: Troubled, { stdout, stderr }: Pick<Ended, 'stdout' | 'stderr'>): void {
  const secrets = here.world.accounts.flatMap(({ secret, additionalConfig: { password, client_secret } }) =>
    [secret, password, client_secret].filter((one) => one !== undefined),
  );
  // How the stand-ins' tokens begin.
  for (const text of [...secrets, 'haku-token-', 'eyJhbGciOi']) {
    expect(stdout).not.toContain(text);
    expect(stderr).not.toContain(text);
  }
}

/** A message for a person, and no stack. */
export function expectReadable({ stderr }: Pick<Ended, 'stderr'>): void {
  expect(stderr).not.toMatch(/\n\s+at /);
  expect(stderr).not.toContain('a bug in p88sync');
}
