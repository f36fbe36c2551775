import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { markRefused } from '../../src/store/credentials.ts';
import { storeEvents } from '../../src/store/events.ts';
import type { Owner } from '../../src/store/participants.ts';
import { type OpenPostgresStore, openOnPostgres } from './opening.ts';
import { addHistory, at, eventRecord, hour, minute, newCredential, newOwner, now, runsignup } from './store-world.ts';

let store: OpenPostgresStore;
beforeAll(async () => {
  store = await openOnPostgres();
});
afterAll(() => store.close());

/** A partner whose first credential holds event 100, and a second one that lists it as well. */
async function twoCredentials(): Promise<{ first: Owner; second: Owner }> {
  const { db } = store.database;
  const first = await newOwner(db);
  await list(first);
  return { first, second: await newCredential(db, first.partnerId, runsignup) };
}

const list = (owner: Owner) =>
  storeEvents(
    store.database.db,
    runsignup,
    owner,
    { races: [], events: [eventRecord(runsignup, '100')], rejected: [], last: true },
    { now, startsFrom: at(-hour) },
  );

async function holderOf({ partnerId }: Owner): Promise<number | undefined> {
  const rows = await sql<{ id: number }>`select partner_provider_credential_id as id from sync_events
    where timing_partner_id = ${partnerId}`.execute(store.database.db);
  return rows.rows[0]?.id;
}

test('an event stays with the credential that found it first', async () => {
  const { first, second } = await twoCredentials();
  await list(second);
  expect(await holderOf(first)).toBe(first.credentialId);
});

test('one whose credential is refused goes to the other that lists it', async () => {
  const { first, second } = await twoCredentials();
  const refusal = { at: now, reason: 'revoked', refusals: 1, probeAt: at(minute) };
  await markRefused(store.database.db, first.credentialId, refusal);
  await list(second);
  expect(await holderOf(first)).toBe(second.credentialId);
});

test.each([
  ['CallRefused', 'second'],
  ['ProviderUnavailable', 'first'],
] as const)('one whose newest sync ended with %s is held by the %s', async (kind, holder) => {
  const owners = await twoCredentials();
  await addHistory(store.database.db, owners.first, {
    event_id: '100',
    operation_type: 'incremental_sync',
    status: 'failed',
    started_at: now,
    error_details: JSON.stringify({ kind }),
  });
  await list(owners.second);
  expect(await holderOf(owners.first)).toBe(owners[holder].credentialId);
});
