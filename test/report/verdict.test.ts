import { describe, expect, it } from 'vitest';
import type { StatusCredential, StatusEvent } from '../../src/domain/status.ts';
import { conditionOf, judgeEvents } from '../../src/report/event-condition.ts';
import { verdictOf } from '../../src/report/verdict.ts';
import { minutesFrom, now, statusCredential, statusData, statusEvent, synced } from './status-data.ts';

const failure = { at: now, status: 'failed', failures: 1, reason: 'r', retryAt: undefined } as const;
const late = statusEvent(synced(10, 1, 'high'));
const failed = statusEvent({ failure });
const fresh = statusEvent({ lastSync: undefined });
const good = statusEvent();

describe('the condition of an event', () => {
  const due = (minutes: number, everyMinutes: number): Partial<StatusEvent> => ({
    pace: { priority: 'high', everyMinutes, dueAt: minutesFrom(minutes), lagMs: 1 },
  });
  it.each([
    ['waiting', good],
    ['due', statusEvent(due(0, 1))],
    ['due', statusEvent(due(-1.5, 1))],
    ['late', statusEvent(due(-1.6, 1))],
    ['due', statusEvent(due(-24, 240))],
    ['late', statusEvent(due(-25, 240))],
    ['running', statusEvent({ ...due(-25, 1), running: true })],
    ['failed', failed],
    ['failed', statusEvent({ failure: { ...failure, status: 'failed_permanent' }, running: true })],
    ['waiting', statusEvent({ failure: { ...failure, status: 'abandoned' } })],
    ['new', fresh],
    ['no-credential', statusEvent({ ...due(-25, 1), credentialId: undefined })],
    ['no-credential', statusEvent({ failure, credentialId: undefined })],
    ['no-credential', statusEvent({ lastSync: undefined, credentialId: undefined })],
    ['ended', statusEvent({ pace: { priority: 'ended', everyMinutes: undefined, dueAt: undefined, lagMs: 1 } })],
  ])('%s', (condition, event) => {
    expect(conditionOf(event, now)).toBe(condition);
  });
});

describe('the verdict', () => {
  const discovered = (minutes: number, status: 'completed' | 'failed', more: Partial<StatusCredential> = {}) =>
    statusCredential({
      partnerId: 2,
      partner: 'Coastline Timing',
      lastDiscovery: { at: minutesFrom(minutes), status, reason: status === 'failed' ? 'r' : undefined },
      ...more,
    });
  const failedDiscovery = discovered(-180, 'failed');
  const overdue = discovered(-13 * 60 - 1, 'completed');
  const without = { ...late, credentialId: undefined };
  const refused = statusCredential({ refused: { since: now, reason: 'r', probeAt: undefined } });
  it.each([
    ['good', 'All 2 upcoming events are up to date.', [good, good], []],
    ['good', 'The upcoming event is up to date.', [good], []],
    ['bad', '1 of 2 upcoming events is late.', [late, good], []],
    ['bad', '2 of 4 upcoming events are late, 1 failed, 1 never synced.', [late, late, failed, fresh], []],
    ['bad', '1 of 2 upcoming events failed.', [failed, good], []],
    ['bad', 'The upcoming event failed.', [failed], []],
    ['warn', '1 of 2 upcoming events was never synced, the others are up to date.', [fresh, good], []],
    ['warn', 'None of 2 upcoming events was ever synced.', [fresh, fresh], []],
    ['warn', 'The upcoming event was never synced.', [fresh], []],
    ['bad', 'The upcoming event is up to date. 1 credential is refused.', [good], [refused]],
    ['bad', 'No upcoming events are known. 2 credentials are refused.', [], [refused, refused]],
    ['empty', 'No credentials are stored yet.', [], []],
    ['good', 'The upcoming event is up to date.', [good], [discovered(-13 * 60, 'completed')]],
    [
      'bad',
      'The upcoming event is up to date. Discovery of 2 Coastline Timing, runsignup failed 3 h ago.',
      [good],
      [statusCredential(), failedDiscovery],
    ],
    [
      'bad',
      'The upcoming event is up to date. Discovery of 2 Coastline Timing, runsignup is overdue: the last one was 13 h 1 min ago.',
      [good],
      [overdue],
    ],
    ['bad', 'No upcoming events are known. 2 discoveries failed or are overdue.', [], [failedDiscovery, overdue]],
    // What a refused credential cannot list is told once.
    [
      'bad',
      'No upcoming events are known. 1 credential is refused.',
      [],
      [{ ...failedDiscovery, refused: refused.refused }],
    ],
    ['good', 'The upcoming event is up to date.', [good], [statusCredential({ lastDiscovery: undefined })]],
    ['good', 'All 2 upcoming events are up to date.', [good, without, good], []],
    ['bad', '1 of 2 upcoming events is late.', [without, late, good], []],
    ['warn', 'No upcoming event has a credential.', [without, without], []],
  ])('%s: %s', (level, text, events, credentials) => {
    const data = statusData({ events, credentials });
    expect(verdictOf(data, judgeEvents(events, now))).toMatchObject({ level, text });
  });
});

it('puts those that need attention first, then goes by start and name', () => {
  const at = (name: string, start: number, more: Partial<StatusEvent> = {}) =>
    statusEvent({ name, startAt: minutesFrom(start), ...more });
  const events = [
    at('b', 10),
    at('a', 10),
    at('late, far', 500, synced(10, 1, 'high')),
    at('new, far', 5, { lastSync: undefined, pace: { ...good.pace, priority: 'low' } }),
    at('new, near', 60, { lastSync: undefined }),
    at('failed', 90, { failure }),
    at('without', 1, { failure, credentialId: undefined }),
  ];
  expect(judgeEvents(events, now).map(({ event }) => event.name)).toEqual([
    'new, near',
    'failed',
    'late, far',
    'new, far',
    'a',
    'b',
    'without',
  ]);
});
