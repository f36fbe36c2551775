import { expect, test } from 'vitest';
import type { QueuedItem } from '../../src/domain/queue.ts';
import { queueWords, requestOf } from '../../src/plan/queue-request.ts';

const item = (changes: Partial<QueuedItem> = {}): QueuedItem => ({
  id: 17,
  partnerId: 1,
  providerId: 2,
  eventId: '974559',
  operation: 'participants',
  direction: 'pull',
  payload: null,
  takenAt: new Date('2026-09-12T10:00:00Z'),
  retries: 0,
  maxRetries: 3,
  ...changes,
});

const sync = { kind: 'sync', partnerId: 1, providerId: 2, eventId: '974559', full: false };

test.each<[string, Partial<QueuedItem>, object]>([
  ['one event', {}, sync],
  ['without a direction', { direction: undefined }, sync],
  ['spelled by somebody else', { operation: ' Participants', direction: 'PULL ' }, sync],
  ['everybody of it', { payload: { full: true } }, { ...sync, full: true }],
  ['a payload of another form', { payload: ['full'] }, sync],
  ['full in words is not true', { payload: { full: 'yes' } }, sync],
  ['all events', { eventId: undefined }, { ...sync, eventId: undefined }],
  [
    'a discovery',
    { operation: 'events', eventId: undefined },
    { kind: 'discover', partnerId: 1, providerId: 2, eventId: undefined },
  ],
  [
    'a discovery with all providers',
    { operation: 'events', providerId: undefined },
    { kind: 'discover', providerId: undefined },
  ],
  ['a push', { direction: 'push' }, { kind: 'push', partnerId: 1, providerId: 2, eventId: '974559' }],
  ['results', { operation: 'results' }, { kind: 'results', partnerId: 1, providerId: 2, eventId: '974559' }],
  [
    'results of no event',
    { operation: 'results', eventId: undefined },
    { kind: 'refusal', reason: 'it names no event_id' },
  ],
  [
    'a publication that a person confirmed',
    { operation: 'results', direction: 'push', payload: { confirmed: true } },
    { kind: 'publish', eventId: '974559' },
  ],
  [
    'a publication that nobody confirmed',
    { operation: 'results', direction: 'push' },
    { kind: 'refusal', reason: expect.stringContaining('"confirmed": true') },
  ],
  ['nobody’s', { partnerId: undefined }, { kind: 'refusal', reason: 'it names no timing_partner_id' }],
  ['of no provider', { providerId: undefined }, { kind: 'refusal', reason: 'it names no provider_id' }],
  ['an unknown operation', { operation: 'splits' }, { kind: 'refusal', reason: expect.stringContaining('"splits"') }],
  ['events are not pushed', { operation: 'events', direction: 'push' }, { kind: 'refusal' }],
])('%s', (_, changes, wanted) => {
  expect(requestOf(item(changes))).toMatchObject(wanted);
});

test.each<[Partial<QueuedItem>, string]>([
  [{}, 'participants pull of 1:runsignup:974559'],
  [{ providerId: 9 }, 'participants pull of 1:9:974559'],
  [{ operation: 'Events', direction: undefined, eventId: undefined }, 'events pull of 1:runsignup'],
  [{ partnerId: undefined, providerId: undefined, eventId: undefined }, 'participants pull of ?'],
])('in words: %j', (changes, words) => {
  expect(queueWords(item(changes), (id) => (id === 2 ? 'runsignup' : undefined))).toBe(words);
});
