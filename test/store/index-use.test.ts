/** Statements whose time must not grow with the history: asked of the planner, on tables large enough to have a choice. */
import { type CompiledQuery, Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { providers } from '../../src/providers/registry.ts';
import { abandonDeadClaims, claimEvents } from '../../src/store/claims.ts';
import type { Db } from '../../src/store/database.ts';
import { readCredentialStates, readEventStates } from '../../src/store/due.ts';
import { discoveredSince } from '../../src/store/full-sync-runs.ts';
import { createLedger } from '../../src/store/ledger.ts';
import { addLink } from '../../src/store/links.ts';
import { countUnread, readBackfills, readUnread } from '../../src/store/outlines.ts';
import type { Owner } from '../../src/store/participants.ts';
import { readProviderIds } from '../../src/store/provider-ids.ts';
import { prune } from '../../src/store/prune.ts';
import { readScoringStates } from '../../src/store/scoring-states.ts';
import { discoveriesByCredential, lastCalls, lastDiscovery, readLastSyncs } from '../../src/store/status-reads.ts';
import type { Tables } from '../../src/store/tables.ts';
import { type OpenPostgresStore, openOnPostgres } from './opening.ts';
import { addEvents, at, hour, identity, newOwner, now, runsignup } from './store-world.ts';

const statements: CompiledQuery[] = [];
let store: OpenPostgresStore;
let db: Db;
let owner: Owner;
const ids = Array.from({ length: 200 }, (_, index) => String(index + 1));

beforeAll(async () => {
  store = await openOnPostgres();
  const pool = new pg.Pool({ connectionString: store.url });
  db = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool }),
    log: (event) => void statements.push(event.query),
  });
  owner = await newOwner(db);
  await addEvents(db, owner, runsignup, ids);
  // 40,000 rows of history, 40,000 calls, half of both older than a week.
  await sql`insert into sync_history (timing_partner_id, provider_id, event_id, operation_type, status, claim_key, started_at, watermark)
    select ${owner.partnerId}, ${owner.providerId}, e::text, case when i % 10 = 0 then 'full_sync' else 'incremental_sync' end,
      'completed', 'event:' || e, ${now}::timestamptz - (201 - i) * interval '100 minutes', ${now}::timestamptz
    from generate_series(1, 200) i, generate_series(1, 200) e`.execute(db);
  await sql`insert into api_calls (partner_provider_credential_id, timing_partner_id, provider_id, run_id, called_at, method, path)
    select ${owner.credentialId} + i % 5, ${owner.partnerId}, ${owner.providerId}, gen_random_uuid(),
      ${now}::timestamptz - i * interval '12 seconds', 'GET', '/' from generate_series(1, 40000) i`.execute(db);
  // 40,000 registrations that have been read, and 200 that wait.
  await sql`insert into registration_outlines (timing_partner_id, provider_id, event_id, registration_id, fingerprint, source_text,
      announced_at, read_fingerprint)
    select ${owner.partnerId}, ${owner.providerId}, e::text, i::text, 'v2', '{}', ${now}, case when i = 1 then 'v1' else 'v2' end
    from generate_series(1, 201) i, generate_series(1, 200) e`.execute(db);
  await sql`analyze`.execute(db);
});
afterAll(async () => {
  await db.destroy();
  await store.close();
});

/** Plans of what `work` asks, in which a table is read from end to end. */
async function scans(work: () => Promise<unknown>): Promise<readonly string[]> {
  statements.length = 0;
  await work();
  const asked = statements.filter(({ sql: text }) => /sync_history|api_calls|registration_outlines/.test(text));
  expect(asked).not.toEqual([]);
  const client = new pg.Client({ connectionString: store.url });
  await client.connect();
  const found: string[] = [];
  for (const { sql: text, parameters } of asked) {
    const plan = await client.query<{ 'QUERY PLAN': string }>(`explain (costs off) ${text}`, [...parameters]);
    const lines = plan.rows.map((row) => row['QUERY PLAN']);
    found.push(
      ...lines
        .filter((line) => /Seq Scan on (sync_history|api_calls|registration_outlines)/.test(line))
        .map((line) => `${line} in ${text}`),
    );
  }
  await client.end();
  return found;
}

describe('no table is read from end to end', () => {
  test.each<[string, () => Promise<unknown>]>([
    [
      'for what is due',
      async () => {
        const { byId } = await readProviderIds(db, providers);
        const settled = { startsAfter: at(4 * hour), syncedAfter: at(-hour) };
        await readEventStates(db, byId, { startsFrom: at(-hour) }, now);
        await readEventStates(db, byId, { startsFrom: at(-hour), settled }, now);
        await readCredentialStates(db, byId, () => undefined, now);
      },
    ],
    [
      'for registrations that wait',
      async () => {
        await readUnread(db, owner, ['1', '2'], 50);
        await countUnread(db, owner, ['1', '2']);
        const { partnerId, providerId } = owner;
        await readBackfills(db, [{ partnerId, providerId, eventId: '1' }]);
      },
    ],
    ['for dead claims', () => abandonDeadClaims(db, 'host-a', () => true, now)],
    [
      'for a claim',
      async () => {
        const unitId = '00000000-0000-4000-8000-000000000001';
        const request = {
          owner,
          unitId,
          eventIds: ['1', '2', '3'],
          kind: 'full',
          since: undefined,
          leaseSeconds: 60,
          now,
        } as const;
        await claimEvents(db, identity(), request);
      },
    ],
    [
      'for a call',
      async () => {
        const runId = '00000000-0000-4000-8000-000000000002';
        const options = {
          owner,
          runId,
          clock: { now: () => now },
          command: 'tick',
          paceMs: 0,
          unitId: () => undefined,
          onReserved: () => undefined,
        };
        await createLedger(db, { ...options, ceiling: () => 1_000 }).reserve({ method: 'GET', path: '/' });
        await createLedger(db, { ...options, ceiling: () => 1 })
          .reserve({ method: 'GET', path: '/' })
          .catch(() => undefined);
      },
    ],
    [
      'for the status screen',
      async () => {
        const { byId } = await readProviderIds(db, providers);
        await readLastSyncs(db, await readEventStates(db, byId, { startsFrom: at(-hour) }, now));
        await lastDiscovery(db, now);
        await discoveriesByCredential(db, now);
        await lastCalls(db);
      },
    ],
    [
      'for linked scoring events, and for the claim of a push',
      async () => {
        const { byId } = await readProviderIds(db, providers);
        for (const eventId of ids.slice(0, 20)) {
          const scoring = { scoringProviderId: owner.providerId, scoringEventId: `scored-${eventId}` };
          await addLink(db, { ...owner, eventId, ...scoring }, owner.credentialId, now);
        }
        expect(await readScoringStates(db, byId, {}, now)).toHaveLength(20);
        const unitId = '00000000-0000-4000-8000-000000000003';
        const request = {
          owner,
          unitId,
          eventIds: ['1'],
          kind: 'push',
          since: undefined,
          leaseSeconds: 60,
          now,
        } as const;
        await claimEvents(db, identity(), request);
      },
    ],
    ['for a continued full sync', () => discoveredSince(db, at(-hour), false)],
  ])('%s', async (_, work) => {
    expect(await scans(work)).toEqual([]);
  });

  test('pruning probes an index per row, and reads no more for a longer history', async () => {
    statements.length = 0;
    await prune(db, at(-7 * 24 * hour), new AbortController().signal, now);
    const [ofEvents] = statements.filter(({ sql: text }) => text.includes('h.event_id is not null'));
    const client = new pg.Client({ connectionString: store.url });
    await client.connect();
    const text = `explain (costs off) ${ofEvents?.sql.replace(/^delete from sync_history where sync_history_id in \((.*)\) returning 1$/s, '$1')}`;
    const plan = await client.query<{ 'QUERY PLAN': string }>(text, [...(ofEvents?.parameters ?? [])]);
    await client.end();
    const lines = plan.rows.map((row) => row['QUERY PLAN'].trim());
    expect(lines.filter((line) => /Scan|Hash|Sort/.test(line))).toEqual([
      expect.stringMatching(/Index Scan using sync_history_started_at on sync_history h$/),
      expect.stringMatching(/Index Scan using sync_history_newest on sync_history n$/),
    ]);
  });
});
