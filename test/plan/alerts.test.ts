/** What is told, by what holds and what was told of it before. */
import { describe, expect, test } from 'vitest';
import type { AlertFact, AlertRow, AlertSubject, Channel } from '../../src/domain/alerts.ts';
import { planAlerts } from '../../src/plan/alerts.ts';

const now = new Date('2026-09-12T10:00:00Z');
const minute = 60_000;
const ago = (ms: number) => new Date(now.getTime() - ms);
const both: readonly Channel[] = ['webhook', 'email'];

const subject: AlertSubject = {
  kind: 'sync-failed',
  partnerId: 1,
  partner: 'Peak Timing',
  provider: 'runsignup',
  providerName: 'RunSignUp',
  eventId: '974559',
  credentialId: 3,
  name: 'Lake Run',
  state: 'holds',
  reason: 'it answered 500',
  hint: undefined,
  error: 'ProviderUnavailable',
};

type State = AlertSubject['state'] | 'gone';

/** `told` so many minutes ago; delivered at once unless a test says otherwise. */
function row(told: AlertRow['told'], minutes: number, changes: Partial<AlertRow> = {}): AlertRow {
  const toldAt = ago(minutes * minute);
  return { told, toldAt, deliveredAt: toldAt, waiting: [], ...changes };
}
const undelivered = { deliveredAt: undefined };

function decided(state: State, before: AlertRow | undefined, channels = both): string {
  const fact: AlertFact = {
    partnerId: 1,
    cause: 'sync-failed:2:974559',
    subject: state === 'gone' ? undefined : { ...subject, state },
    row: before,
  };
  const { tell, forget } = planAlerts([fact], channels, now);
  expect(tell.length + forget.length).toBeLessThanOrEqual(1);
  return [...tell.map((one) => `${one.told} ${one.channels.join('+')}`), ...forget.map(() => 'forget')].join() || '–';
}

describe('a cause that nobody was told of', () => {
  test.each<[State, string]>([
    ['holds', 'holds webhook+email'],
    ['well', '–'],
    ['between', '–'],
    ['gone', '–'],
  ])('%s: %s', (state, expected) => {
    expect(decided(state, undefined)).toBe(expected);
  });
});

describe('a cause that was told', () => {
  test.each<[string, State, AlertRow, string]>([
    ['it goes on', 'holds', row('holds', 1), '–'],
    ['it goes on for days', 'holds', row('holds', 5_000), '–'],
    ['well within the hour waits', 'well', row('holds', 59), '–'],
    ['well after the hour', 'well', row('holds', 60), 'well webhook+email'],
    ['neither wrong nor well yet', 'between', row('holds', 600), '–'],
    ['the event is over', 'gone', row('holds', 30), '–'],
    ['the event is over, the hour too', 'gone', row('holds', 60), 'forget'],
    ['wrong again within the hour', 'holds', row('well', 59), '–'],
    ['wrong again after the hour', 'holds', row('well', 60), 'holds webhook+email'],
    ['still well', 'well', row('well', 59), '–'],
    ['still well after the hour', 'well', row('well', 60), 'forget'],
  ])('%s', (_, state, before, expected) => {
    expect(decided(state, before)).toBe(expected);
  });
});

describe('a message that did not arrive', () => {
  const refused = { ...undelivered, waiting: both };
  test.each<[string, State, AlertRow, string]>([
    ['refused: again at once', 'holds', row('holds', 1, refused), 'holds webhook+email'],
    ['by one: there again at once', 'holds', row('holds', 1, { waiting: ['webhook'] }), 'holds webhook'],
    ['refused, and well meanwhile: nobody has to know', 'well', row('holds', 1, refused), 'forget'],
    ['by one, and well meanwhile: after the hour', 'well', row('holds', 59, { waiting: ['webhook'] }), '–'],
    ['by one, and well by now', 'well', row('holds', 60, { waiting: ['webhook'] }), 'well webhook+email'],
    ['well again, refused: again at once', 'well', row('well', 1, refused), 'well webhook+email'],
    ['well again, refused, and wrong anew: after the hour', 'holds', row('well', 1, refused), '–'],
    ['killed or unanswered: it may have arrived', 'holds', row('holds', 59, undelivered), '–'],
    ['killed or unanswered: again after the hour', 'holds', row('holds', 60, undelivered), 'holds webhook+email'],
    ['killed or unanswered, well since', 'well', row('holds', 60, undelivered), 'well webhook+email'],
    ['well again, unanswered: again after the hour', 'well', row('well', 60, undelivered), 'well webhook+email'],
    ['refused, then the event was over', 'gone', row('holds', 60, refused), 'forget'],
  ])('%s', (_, state, before, expected) => {
    expect(decided(state, before)).toBe(expected);
  });

  test('by a channel that is no longer set: it counts as told', () => {
    expect(decided('holds', row('holds', 1, { waiting: ['email'] }), ['webhook'])).toBe('–');
    expect(decided('holds', row('holds', 1, { waiting: both }), ['webhook'])).toBe('holds webhook');
  });
});

test('what a rehearsal told at a time to come holds nothing up', () => {
  expect(decided('well', row('holds', -0.5))).toBe('–');
  expect(decided('well', row('holds', -100))).toBe('well webhook+email');
});

test('without a channel nothing is told and nothing forgotten', () => {
  for (const state of ['holds', 'gone'] as const) expect(decided(state, row('well', 90), [])).toBe('–');
});
