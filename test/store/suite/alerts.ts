/** Part of the store's suite: what people are told of, and that one host of ten tells it. */
import { sql } from 'kysely';
import { beforeEach, describe, expect, test } from 'vitest';
import type { AlertFact, AlertToTell, Channel, Told } from '../../../src/domain/alerts.ts';
import { copernico } from '../../../src/providers/copernico/provider.ts';
import { providers } from '../../../src/providers/registry.ts';
import { readAlertFacts } from '../../../src/store/alert-facts.ts';
import { claimAlerts, forgetAlerts, settleAlerts } from '../../../src/store/alerts.ts';
import { markAccepted, markRefused } from '../../../src/store/credentials.ts';
import { noteListingStopped } from '../../../src/store/events.ts';
import { addLink } from '../../../src/store/links.ts';
import type { Owner } from '../../../src/store/participants.ts';
import { removePartner } from '../../../src/store/partners.ts';
import { readProviderIds } from '../../../src/store/provider-ids.ts';
import {
  addEvents,
  addHistory,
  at,
  eventRecord,
  hour,
  minute,
  newCredential,
  newOwner,
  newPartner,
  now,
  type Opened,
  runsignup,
} from '../store-world.ts';

export function alertTests(opened: Opened): void {
  let owner: Owner;
  beforeEach(async () => {
    owner = await newOwner(opened.db);
    await sql`delete from alerts`.execute(opened.db);
    await addEvents(opened.db, owner, runsignup, [eventRecord(runsignup, '100', { startAt: at(2 * hour) })]);
  });

  async function facts(when = now): Promise<readonly AlertFact[]> {
    const ids = await readProviderIds(opened.db, providers);
    const query = { now: when, eventsFrom: back(when, hour), resultsFrom: back(when, 24 * hour) };
    const all = await readAlertFacts(opened.db, ids.byId, query);
    return all.filter(({ partnerId }) => partnerId === owner.partnerId);
  }
  const back = (when: Date, ms: number) => new Date(when.getTime() - ms);
  const sync = (status: string, values: Record<string, unknown> = {}) =>
    addHistory(opened.db, owner, {
      event_id: '100',
      operation_type: 'incremental_sync',
      status,
      started_at: at(-minute),
      claim_key: 'event:100',
      reason: `it ${status}`,
      ...values,
    });
  const error = (kind: string, hint: string | null = null) => JSON.stringify({ kind, message: 'x', hint });
  /** As if it had been told. */
  const tellNow = async (when = now, outcome: 'delivered' | 'refused' | 'killed' = 'delivered') => {
    const wanted = (await facts(when)).flatMap((fact) => toTell(fact));
    const ours = await claimAlerts(opened.db, wanted, when);
    const settled = ours.map(({ fact }) => ({
      fact,
      delivered: outcome === 'delivered',
      waiting: outcome === 'refused' ? (['webhook'] as const) : [],
    }));
    if (outcome !== 'killed') await settleAlerts(opened.db, settled, when, when);
    return ours.length;
  };
  const toTell = (fact: AlertFact, what: Told = 'holds', channels: readonly Channel[] = ['webhook']): AlertToTell[] =>
    fact.subject ? [{ fact, subject: fact.subject, told: what, channels }] : [];
  const rows = async () =>
    (
      await sql<Record<string, unknown>>`select cause, told, told_at, delivered_at, waiting from alerts
        where timing_partner_id = ${owner.partnerId} order by cause`.execute(opened.db)
    ).rows;

  describe('a sync', () => {
    const key = () => `sync-failed:${owner.providerId}:100`;

    test('that failed for good, with all that a message needs', async () => {
      await sync('failed_permanent', { error_details: error('ProviderUnavailable', 'Wait.') });
      expect(await facts()).toEqual([
        {
          partnerId: owner.partnerId,
          cause: key(),
          subject: {
            kind: 'sync-failed',
            partnerId: owner.partnerId,
            partner: expect.stringMatching(/^Partner /),
            provider: 'runsignup',
            providerName: 'RunSignUp',
            eventId: '100',
            credentialId: owner.credentialId,
            name: 'Event 100',
            state: 'holds',
            reason: 'it failed_permanent',
            hint: 'Wait.',
            error: 'ProviderUnavailable',
          },
          row: undefined,
        },
      ]);
    });

    test.each([
      ['failed once', ['failed'], []],
      ['failed for good, and is being synced', ['failed_permanent', 'running'], ['holds']],
      ['failed for good, and was broken off since', ['failed_permanent', 'abandoned'], ['holds']],
      ['failed for good, then completed', ['failed_permanent', 'completed'], []],
      ['completed by an older program', ['failed_permanent', 'success'], []],
    ])('%s', async (_, statuses, expected) => {
      for (const status of statuses) await sync(status);
      expect((await facts()).map(({ subject }) => subject?.state)).toEqual(expected);
    });

    test('well again, failing anew, or over: known as long as it was told', async () => {
      await sync('failed_permanent');
      expect(await tellNow()).toBe(1);
      const state = async (when = now) => (await facts(when)).map(({ subject }) => subject?.state ?? 'gone');
      expect(await state()).toEqual(['holds']);
      // It started at 12:00 and is synced until 13:00: that it is well again may be told until 15:00.
      expect(await state(at(3.5 * hour))).toEqual(['between']);
      expect(await state(at(5.5 * hour))).toEqual(['gone']);
      await sync('completed');
      expect(await state()).toEqual(['well']);
      expect(await state(at(3.5 * hour))).toEqual(['well']);
      await sync('failed');
      expect(await state()).toEqual(['between']);
      await sql`update sync_events set partner_provider_credential_id = null
        where timing_partner_id = ${owner.partnerId}`.execute(opened.db);
      expect(await state()).toEqual(['gone']);
    });

    test('what a rehearsal left in the future says nothing', async () => {
      await sync('failed_permanent', { started_at: at(hour) });
      expect(await facts()).toEqual([]);
      expect(await facts(at(hour))).toHaveLength(1);
    });
  });

  test('a safety stop is one cause, with the words of the sync that stopped', async () => {
    const stop = { error_details: error('SafetyStop', 'Look at it.'), reason: '80 of 100 are missing' };
    await sync('failed_permanent', stop);
    // The list of changes goes on meanwhile.
    await sync('completed');
    expect(await facts()).toEqual([]);
    await noteListingStopped(opened.db, owner, ['100'], now);
    await sync('failed_permanent', stop);
    expect(await facts()).toMatchObject([
      {
        cause: `safety-stop:${owner.providerId}:100`,
        subject: { kind: 'safety-stop', state: 'holds', reason: '80 of 100 are missing', hint: 'Look at it.' },
      },
    ]);
    await tellNow();
    await noteListingStopped(opened.db, owner, ['100'], null);
    expect(await facts()).toMatchObject([{ subject: { state: 'well' } }]);
  });

  test('a refused credential, until it works', async () => {
    const refusal = { at: now, reason: 'it refuses the key', refusals: 1, probeAt: at(minute) };
    await markRefused(opened.db, owner.credentialId, refusal);
    expect(await facts(at(-5 * minute))).toEqual([]);
    expect(await facts()).toMatchObject([
      {
        cause: `credential-refused:${owner.credentialId}`,
        subject: { state: 'holds', credentialId: owner.credentialId, reason: 'it refuses the key', eventId: undefined },
      },
    ]);
    await tellNow();
    await markAccepted(opened.db, owner.credentialId);
    expect(await facts()).toMatchObject([{ subject: { kind: 'credential-refused', state: 'well' } }]);
    await newCredential(opened.db, owner.partnerId);
    await sql`update sync_events set partner_provider_credential_id = null
      where timing_partner_id = ${owner.partnerId}`.execute(opened.db);
    await sql`delete from partner_provider_credentials
      where partner_provider_credential_id = ${owner.credentialId}`.execute(opened.db);
    expect((await facts()).map(({ subject }) => subject)).toEqual([undefined]);
  });

  describe('a linked scoring event', () => {
    let scoring: Owner;
    beforeEach(async () => {
      scoring = await newCredential(opened.db, owner.partnerId, copernico);
      const link = { ...owner, eventId: '100', scoringProviderId: scoring.providerId, scoringEventId: 'RACE/10K' };
      await addLink(opened.db, link, scoring.credentialId, now);
    });
    const work = (kind: 'push' | 'results', status: string, values: Record<string, unknown> = {}) =>
      addHistory(opened.db, scoring, {
        event_id: 'RACE/10K',
        operation_type: kind === 'push' ? 'participants' : 'results',
        sync_direction: kind === 'push' ? 'push' : 'pull',
        claim_key: `${kind}:RACE/10K`,
        status,
        started_at: at(-minute),
        reason: `${kind} ${status}`,
        ...values,
      });
    const states = async (when = now) =>
      (await facts(when)).map(({ cause, subject }) => `${cause.split(':')[0]} ${subject?.state}: ${subject?.reason}`);

    test('whose push and pull failed for good', async () => {
      await work('push', 'failed');
      await work('results', 'failed');
      expect(await states()).toEqual([]);
      await work('push', 'failed_permanent');
      await work('results', 'failed_permanent');
      expect(await states()).toEqual([
        'pull-failed holds: results failed_permanent',
        'push-failed holds: push failed_permanent',
      ]);
      expect((await facts())[0]?.subject).toMatchObject({
        provider: 'copernico',
        eventId: 'RACE/10K',
        name: 'Event 100',
        credentialId: scoring.credentialId,
      });
      // Pushes end an hour behind the start, pulls a day behind it.
      expect(await states(at(6 * hour))).toEqual(['pull-failed holds: results failed_permanent']);
      await tellNow();
      await work('push', 'completed');
      expect((await states()).map((line) => line.split(':')[0])).toEqual(['pull-failed holds', 'push-failed well']);
    });

    test('whose list of results lacks too many: told at the first stop, and not as a failure besides', async () => {
      const stop = { error_details: error('SafetyStop'), reason: '80 of 100 are missing' };
      await work('results', 'failed', stop);
      expect(await states()).toEqual(['results-stop holds: 80 of 100 are missing']);
      await work('results', 'failed_permanent', stop);
      expect(await states()).toEqual(['results-stop holds: 80 of 100 are missing']);
      await work('results', 'completed');
      expect(await states()).toEqual([]);
    });
  });

  test('a publication that the queue could not do, until results are published', async () => {
    const ask = (operation: string, direction: string, status: string, completed: Date) =>
      sql`insert into sync_queue (timing_partner_id, provider_id, event_id, operation_type, sync_direction, status, reason, completed_at)
        values (${owner.partnerId}, ${owner.providerId}, '100', ${operation}, ${direction}, ${status}, ${`${status} it did`},
          ${completed}::timestamptz)`.execute(opened.db);
    await ask('results', 'push', 'pending', at(-hour));
    await ask('results', 'pull', 'failed', at(-hour));
    await ask('participants', 'push', 'failed', at(-hour));
    await ask('results', 'push', 'failed', at(-25 * hour));
    expect(await facts()).toEqual([]);
    await ask('Results ', 'PUSH', 'failed', at(-2 * hour));
    await ask('results', 'push', 'failed', at(-hour));
    expect(await facts()).toMatchObject([
      {
        cause: `publish-failed:${owner.providerId}:100`,
        subject: { kind: 'publish-failed', state: 'holds', name: 'Event 100', reason: 'failed it did' },
      },
    ]);
    await tellNow();
    const published = { event_id: '100', operation_type: 'results', sync_direction: 'push', claim_key: 'publish:100' };
    await addHistory(opened.db, owner, { ...published, status: 'completed', started_at: now, finished_at: now });
    expect(await facts()).toMatchObject([{ subject: { state: 'well' } }]);
    expect((await facts(at(24 * hour))).map(({ subject }) => subject)).toEqual([undefined]);
  });

  describe('telling', () => {
    beforeEach(() => sync('failed_permanent'));
    const only = async () => {
      const [fact] = await facts();
      if (!fact) throw new Error('nothing holds');
      return fact;
    };
    const cause = () => `sync-failed:${owner.providerId}:100`;

    test('of ten at once one has it, the first time and again', async () => {
      const claim = async (what: Told, when: Date) => {
        const wanted = toTell(await only(), what);
        const claims = await Promise.all(Array.from({ length: 10 }, () => claimAlerts(opened.db, wanted, when)));
        return claims.map((ours) => ours.length).sort();
      };
      const one = [0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
      expect(await claim('holds', now)).toEqual(one);
      expect(await claim('well', at(hour))).toEqual(one);
      expect(await rows()).toEqual([
        { cause: cause(), told: 'well', told_at: at(hour), delivered_at: null, waiting: [] },
      ]);
    });

    test('what came of it is kept, unless somebody has told another thing since', async () => {
      const base = { cause: cause(), told: 'holds', told_at: now };
      await tellNow(now, 'killed');
      expect(await rows()).toEqual([{ ...base, delivered_at: null, waiting: [] }]);
      const fact = await only();
      await settleAlerts(opened.db, [{ fact, delivered: false, waiting: ['webhook', 'email'] }], now, at(5));
      expect((await only()).row).toEqual({
        told: 'holds',
        toldAt: now,
        deliveredAt: undefined,
        waiting: ['webhook', 'email'],
      });
      await claimAlerts(opened.db, toTell(await only()), at(minute));
      await settleAlerts(opened.db, [{ fact, delivered: false, waiting: ['email'] }], now, at(minute));
      expect(await rows()).toEqual([{ ...base, told_at: at(minute), delivered_at: null, waiting: [] }]);
      await settleAlerts(opened.db, [{ fact, delivered: true, waiting: ['email'] }], at(minute), at(minute + 5));
      expect(await rows()).toEqual([
        { ...base, told_at: at(minute), delivered_at: at(minute + 5), waiting: ['email'] },
      ]);
      // A second try keeps when the first channel took it.
      await claimAlerts(opened.db, toTell(await only()), at(2 * minute));
      expect(await rows()).toEqual([{ ...base, told_at: at(2 * minute), delivered_at: at(minute + 5), waiting: [] }]);
      await claimAlerts(opened.db, toTell(await only(), 'well'), at(2 * hour));
      expect(await rows()).toMatchObject([{ told: 'well', delivered_at: null }]);
    });

    test('a row is forgotten as it was read, and goes with its partner', async () => {
      await tellNow();
      const before = await only();
      await claimAlerts(opened.db, toTell(before, 'well'), at(hour));
      await forgetAlerts(opened.db, [before]);
      expect(await rows()).toHaveLength(1);
      await forgetAlerts(opened.db, [await only()]);
      expect(await rows()).toEqual([]);
      const partnerId = await newPartner(opened.db);
      await sql`insert into alerts values (${partnerId}, 'sync-failed:2:1', 'holds', ${now})`.execute(opened.db);
      await removePartner(opened.db, { partnerId, name: 'x' });
      const left = await sql`select from alerts where timing_partner_id = ${partnerId}`.execute(opened.db);
      expect(left.rows).toEqual([]);
    });

    test('two partners with the same event are two causes', async () => {
      const other = await newOwner(opened.db);
      await addEvents(opened.db, other, runsignup, [eventRecord(runsignup, '100', { startAt: at(2 * hour) })]);
      await tellNow();
      const first = owner;
      owner = other;
      expect(await facts()).toEqual([]);
      await sync('failed_permanent');
      expect(await facts()).toMatchObject([{ partnerId: other.partnerId, row: undefined }]);
      owner = first;
      expect(await rows()).toHaveLength(1);
    });
  });

  test('without anything wrong there is nothing', async () => {
    await sync('completed');
    expect(await facts()).toEqual([]);
  });
}
