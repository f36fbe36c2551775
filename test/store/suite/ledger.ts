/** Part of the store's suite: the sliding hour and the pace, and what the log of calls says afterwards. */
import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { BudgetSpent } from '../../../src/domain/errors.ts';
import { createLedger, type LedgerOptions } from '../../../src/store/ledger.ts';
import type { Owner } from '../../../src/store/participants.ts';
import { at, hour, minute, newCredential, newOwner, now, type Opened, runsignup } from '../store-world.ts';

const call = { method: 'GET', path: '/race/1/participants' };

export function ledgerTests(opened: Opened): void {
  const ledger = (owner: Owner, changes: Partial<LedgerOptions> = {}) =>
    createLedger(opened.db, {
      owner,
      runId: randomUUID(),
      clock: { now: () => now },
      ceiling: () => 1_000,
      command: 'tick',
      paceMs: 0,
      unitId: () => undefined,
      onReserved: () => undefined,
      ...changes,
    });
  /** Calls that stand in the log already, each so long before now (ms). */
  const made = (owner: Owner, ...ages: number[]) =>
    sql`insert into api_calls (partner_provider_credential_id, timing_partner_id, provider_id, run_id, called_at, method, path)
      select ${owner.credentialId}::int, ${owner.partnerId}::int, ${owner.providerId}::int, ${randomUUID()}::uuid, x::timestamptz, 'GET', '/'
      from jsonb_array_elements_text(${JSON.stringify(ages.map((age) => at(-age)))}::jsonb) as x`.execute(opened.db);
  const callsOf = async (owner: Owner) =>
    (
      await sql<
        Record<string, unknown>
      >`select unit_id, command, called_at, method, path, status, duration_ms, bytes, error
        from api_calls where partner_provider_credential_id = ${owner.credentialId} order by api_call_id`.execute(
        opened.db,
      )
    ).rows;

  test('a call is logged when it is reserved, and completed when it is settled', async () => {
    const owner = await newOwner(opened.db);
    const unitId = randomUUID();
    let reserved = 0;
    const log = ledger(owner, { unitId: () => unitId, onReserved: () => (reserved += 1) });
    const [one, two] = [await log.reserve(call), await log.reserve({ method: 'POST', path: '/token' })];
    expect(one.startAt).toEqual(now);
    await log.settle(one, { status: 200, durationMs: 12.6, bytes: 3_000_000_000, error: undefined });
    await log.settle(two, { status: undefined, durationMs: 1, bytes: 0, error: 'ECONNRESET' });
    expect(await callsOf(owner)).toEqual([
      {
        unit_id: unitId,
        command: 'tick',
        called_at: now,
        ...call,
        status: 200,
        duration_ms: 13,
        bytes: 3_000_000_000,
        error: null,
      },
      {
        unit_id: unitId,
        command: 'tick',
        called_at: now,
        method: 'POST',
        path: '/token',
        status: null,
        duration_ms: 1,
        bytes: 0,
        error: 'ECONNRESET',
      },
    ]);
    expect(reserved).toBe(2);
  });

  test('20 reservations at once, with room for 7: exactly 7', async () => {
    const owner = await newOwner(opened.db);
    await made(owner, minute, 2 * minute, 59 * minute);
    const ledgers = Array.from({ length: 20 }, () => ledger(owner, { ceiling: () => 10, paceMs: 1_000 }));
    const results = await Promise.allSettled(ledgers.map((one) => one.reserve(call)));
    const starts = results.flatMap((one) => (one.status === 'fulfilled' ? [one.value.startAt.getTime()] : []));
    expect(starts.sort()).toEqual(Array.from({ length: 7 }, (_, index) => now.getTime() + index * 1_000));
    const refused = results.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    expect(refused.every((reason) => reason instanceof BudgetSpent)).toBe(true);
    expect(await callsOf(owner)).toHaveLength(10);
  });

  test('calls of an hour ago and earlier do not count, nor those of other credentials', async () => {
    const owner = await newOwner(opened.db);
    const sibling = await newCredential(opened.db, owner.partnerId, runsignup);
    await made(owner, hour, hour + 1, 2 * hour);
    await made(sibling, 1, 2, 3);
    const log = ledger(owner, { ceiling: () => 1, paceMs: 1_000 });
    expect((await log.reserve(call)).startAt).toEqual(now);
    await expect(log.reserve(call)).rejects.toThrow(BudgetSpent);
  });

  test('rows of a rehearsal in the future count neither for the hour nor for the pace', async () => {
    const owner = await newOwner(opened.db);
    await made(owner, -hour, -2 * hour, -72 * hour);
    expect((await ledger(owner, { ceiling: () => 1, paceMs: 1_000 }).reserve(call)).startAt).toEqual(now);
  });

  test('a call starts its pace after the one before, whichever process made that, even one that is still to come', async () => {
    const owner = await newOwner(opened.db);
    await made(owner, 400);
    const [one, two] = [ledger(owner, { paceMs: 1_000 }), ledger(owner, { paceMs: 1_000 })];
    expect([await one.reserve(call), await two.reserve(call)].map((row) => row.startAt)).toEqual([at(600), at(1_600)]);
    expect((await ledger(owner, { paceMs: 0 }).reserve(call)).startAt).toEqual(at(1_600));
    const later = ledger(owner, { paceMs: 1_000, clock: { now: () => at(minute) } });
    expect((await later.reserve(call)).startAt).toEqual(at(minute));
  });

  test.each([
    ['the oldest of a full hour', 3, [50 * minute, 20 * minute, 10 * minute], 10 * minute],
    ['as many as it takes below a lower ceiling', 2, [50 * minute, 20 * minute, 10 * minute], 40 * minute],
    ['the newest where the ceiling is one', 1, [50 * minute, 20 * minute, 10 * minute], 50 * minute],
    ['the newest, at the least, where none is allowed', 0, [50 * minute, 20 * minute], 40 * minute],
    ['an hour from now where none is allowed and none was made', 0, [], hour],
  ])('room comes with the end of %s', async (_, ceiling, ages, freeIn) => {
    const owner = await newOwner(opened.db);
    await made(owner, ...ages);
    const refusal = await ledger(owner, { ceiling: () => ceiling })
      .reserve(call)
      .catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(BudgetSpent);
    expect((refusal as BudgetSpent).freeAt).toEqual(at(freeIn));
  });

  test('the ceiling is asked for at each call', async () => {
    const owner = await newOwner(opened.db);
    let ceiling = 1;
    const log = ledger(owner, { ceiling: () => ceiling });
    await log.reserve(call);
    await expect(log.reserve(call)).rejects.toThrow(
      `credential ${owner.credentialId} has spent its 1 calls of this hour`,
    );
    ceiling = 2;
    await expect(log.reserve(call)).resolves.toBeDefined();
  });
}
