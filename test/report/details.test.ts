/** What operators read of registrations that take a call each: on the screen, in a plan, behind a run. */
import { describe, expect, test } from 'vitest';
import { noCounts } from '../../src/domain/outcomes.ts';
import { outcomesJson } from '../../src/report/outcome-json.ts';
import { planJson } from '../../src/report/plan-json.ts';
import { renderPlan } from '../../src/report/plan-text.ts';
import { statusJson } from '../../src/report/status-json.ts';
import { renderStatus } from '../../src/report/status-screen.ts';
import { renderOutcomes } from '../../src/report/tick-text.ts';
import { eventState, plan } from './run-data.ts';
import { statusData, statusEvent } from './status-data.ts';

const screen = { columns: 120, color: false };
const event = eventState({ provider: 'haku', raceId: undefined, name: 'Bay Half', eventId: 'H1', backlog: 4_200 });
const unit = {
  partnerId: 1,
  providerId: 4,
  provider: 'haku',
  credentialId: 3,
  raceId: undefined,
  kind: 'details' as const,
  priority: 'low' as const,
  since: undefined,
  events: [event],
  cost: 0,
  detailCalls: 8,
  lateness: 0,
  reason: 'details of 4,200 registrations, 8 calls; start in 3 days',
};

describe('a plan', () => {
  test('counts the calls for registrations that are known to wait', () => {
    const listing = { ...unit, kind: 'incremental' as const, cost: 1, detailCalls: 7, events: [eventState()] };
    const text = renderPlan(plan({ units: [listing, unit], leftOut: [] }), [], screen);
    expect(text).toContain('Would run 2 units (2 events) with about 9 calls.');
    expect(text).toMatch(/2 {2}low {7}1:haku:H1 +Bay Half .* details +8\n.*details of 4,200 registrations, 8 calls/);
    const { calls, units } = planJson(plan({ units: [listing, unit] }));
    expect([
      calls,
      units.map((one) => [one.kind, one.calls, 'detailCalls' in one ? one.detailCalls : undefined]),
    ]).toEqual([
      9,
      [
        ['incremental', 1, 7],
        ['details', 8, 8],
      ],
    ]);
  });
});

describe('a run', () => {
  const outcome = {
    status: 'completed' as const,
    partnerId: 1,
    provider: 'haku',
    credentialId: 3,
    raceId: undefined,
    eventIds: ['H1'],
    kind: 'details' as const,
    priority: 'low' as const,
    counts: { ...noCounts, fetched: 8, inserted: 8 },
    apiCalls: 8,
    durationMs: 8_000,
    failure: undefined,
  };
  const report = (unread: number) => ({
    outcomes: [{ ...outcome, unread }],
    leftOut: [],
    durationMs: 8_000,
    names: new Map([['1:haku:H1', 'Bay Half']]),
  });

  test.each([
    [4_192, '4,192 registrations wait for the hourly budget; ticks go on.'],
    [1, '1 registration waits for the hourly budget; ticks go on.'],
  ])('says what is left: %i', (unread, note) => {
    expect(renderOutcomes(report(unread), screen)).toContain(note);
    expect(outcomesJson(report(unread)).units[0]).toMatchObject({ kind: 'details', unread });
  });

  test('says nothing where nothing is left', () => {
    expect(renderOutcomes(report(0), screen)).not.toContain('wait');
  });
});

describe('the status', () => {
  const data = (announced: number, unread: number) =>
    statusData({ events: [statusEvent({ backfill: { announced, unread } })] });

  test('says how far a backfill is', () => {
    expect(renderStatus(data(5_000, 4_200), screen)).toContain('Backfill 800 of 5,000: ');
    expect(statusJson(data(5_000, 4_200)).events[0]).toMatchObject({ announced: 5_000, unread: 4_200 });
  });

  test('says nothing of one that is done', () => {
    expect(renderStatus(data(5_000, 0), screen)).not.toContain('Backfill');
    expect(statusJson(data(5_000, 0)).events[0]).toMatchObject({ announced: 5_000, unread: 0 });
  });
});
