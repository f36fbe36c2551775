/** A provider that only the test folder knows is registered by one line and synced end to end, like the others. */
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CommandContext, CommandResult } from '../../src/commands/context.ts';
import { runCredentialsAdd, runCredentialsTest } from '../../src/commands/credentials.ts';
import { runDiscover } from '../../src/commands/discover.ts';
import { runMigrate } from '../../src/commands/migrate.ts';
import { runPartnersAdd } from '../../src/commands/partners.ts';
import { runStatus } from '../../src/commands/status.ts';
import { runTick } from '../../src/commands/tick.ts';
import { providers } from '../../src/providers/registry.ts';
import { freshDatabase } from '../database/databases.ts';
import { toy } from '../toy-provider/provider.ts';
import { serveToy, type Ticket, type ToyWorld } from '../toy-provider/stand-in.ts';
import { inProcess } from './in-process.ts';
import { encryptionKey, hour, minute, saturday } from './installation.ts';

const ticket = (number: number, changes: Partial<Ticket> = {}): Ticket => ({
  ticket: `T-${String(number).padStart(4, '0')}`,
  first: `First ${number}`,
  last: 'Last',
  bib: number % 2 === 0 ? String(number) : null,
  changed: '2026-09-01T00:00:00Z',
  returned: false,
  ...changes,
});

const world: ToyWorld = {
  key: 'toy-secret',
  events: [
    {
      id: 'soon',
      name: 'Toy 5K',
      starts: '2026-09-12T12:00:00Z',
      tickets: Array.from({ length: 8 }, (_, at) => ticket(at)),
    },
    { id: 'later', name: 'Toy 10K', starts: '2026-09-20T12:00:00Z', tickets: [ticket(100), ticket(101)] },
  ],
};

let now = saturday;
let database: Awaited<ReturnType<typeof freshDatabase>>;
let server: Awaited<ReturnType<typeof serveToy>>;
let client: pg.Client;

beforeAll(async () => {
  database = await freshDatabase();
  server = await serveToy(world, () => now);
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await server.close();
  await database.drop();
});

const run = (command: (context: CommandContext) => Promise<CommandResult>, input?: string) =>
  inProcess(command, {
    env: {
      DATABASE_URL: database.url,
      P88SYNC_ENCRYPTION_KEY: encryptionKey,
      P88SYNC_TOY_URL: server.url,
      P88SYNC_PACE_MS: '0',
    },
    // The one line.
    providers: [...providers, toy],
    now,
    ...(input !== undefined && { input }),
  });

async function stored() {
  const { rows } = await client.query(`select event_id, registration_id, first_name, bib_number, removed_reason
    from unified_participants where source_provider = 'Toy Tickets' order by 1 desc, 2`);
  return rows;
}

const wanted = () =>
  world.events.flatMap(({ id, tickets }) =>
    tickets.map((one) => ({
      event_id: id,
      registration_id: one.ticket,
      first_name: one.first,
      bib_number: one.bib,
      removed_reason: one.returned ? 'returned' : null,
    })),
  );

test('migrated, added, discovered, synced whole, then by changes, and shown', async () => {
  await run(runMigrate);
  await run((context) => runPartnersAdd(context, 'Peak Timing', {}));
  await run((context) => runCredentialsAdd(context, '1:toy', { principal: 'peak' }), 'toy-secret');
  expect((await run((context) => runCredentialsTest(context, undefined))).text).toContain('Toy Tickets takes the key');
  await run((context) => runDiscover(context, '1:Toy Tickets', {}));
  expect(await run((context) => runTick(context, { maxSeconds: '50' }))).toMatchObject({ exit: 'done' });
  expect(await stored()).toEqual(wanted());

  now = new Date(saturday.getTime() + 2 * minute);
  const tickets = world.events[0]?.tickets ?? [];
  tickets[1] = ticket(1, { returned: true, changed: now.toISOString() });
  tickets[3] = ticket(3, { bib: '77', changed: now.toISOString() });
  tickets.push(ticket(50, { changed: now.toISOString() }));
  const second = await run((context) => runTick(context, { maxSeconds: '50' }));
  expect(second.json).toMatchObject({
    units: [
      {
        provider: 'toy',
        kind: 'incremental',
        counts: { fetched: 3, inserted: 1, updated: 2, removed: 1, unchanged: 0 },
      },
    ],
  });
  expect(await stored()).toEqual(wanted());

  const { json } = await run((context) => runStatus(context, {}));
  expect(json).toMatchObject({
    verdict: { level: 'good' },
    events: [
      { id: '1:toy:soon', participants: 8, removed: 1, priority: 'high' },
      { id: '1:toy:later', participants: 2, removed: 0, priority: 'low' },
    ],
  });
  expect(new Date(world.events[0]?.starts ?? 0).getTime() - now.getTime()).toBeLessThan(2 * hour);
});
