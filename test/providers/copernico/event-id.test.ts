import { describe, expect, test } from 'vitest';
import { parseCopernicoEvent, raceUuidOf } from '../../../src/providers/copernico/event-id.ts';

const race = '5fbe1dc5-deb8-40dd-8a08-2375ac1f13d5';
const tenK = '5edf72d5-da78-472c-8203-4972ac1f25ca';

describe('the event as operators write it', () => {
  test.each([
    ['spring-run-2026/10K', ['spring-run-2026', undefined, '10K', undefined]],
    [`spring-run-2026:${race}/10K`, ['spring-run-2026', race, '10K', undefined]],
    [`spring-run-2026:${race}/10K:${tenK}`, ['spring-run-2026', race, '10K', tenK]],
    [`spring-run-2026/10K:${tenK.toUpperCase()}`, ['spring-run-2026', undefined, '10K', tenK.toUpperCase()]],
    // Who only pushes needs no slug.
    [`${race}/10K`, [race, race, '10K', undefined]],
    ['--2025-70363/7 km / Снежная: 2', ['--2025-70363', undefined, '7 km / Снежная: 2', undefined]],
  ])('%s', (text, [slug, raceUuid, event, eventUuid]) => {
    expect(parseCopernicoEvent(text)).toEqual({ race: slug, raceUuid, event, eventUuid });
  });

  // A UUID that was cut off when it was copied is no part of a slug.
  test.each([
    'spring-run-2026:5fbe1dc5-deb8/10K',
    'spring-run-2026',
    '/10K',
    'spring-run-2026/',
    '../10K',
    'spring-run/..',
    '',
  ])('%j is none', (text) => {
    expect(() => parseCopernicoEvent(text)).toThrow(/expected RACE\/EVENT/);
  });

  test('without the UUID of its race nobody can be sent to it, and the error says how to write it', () => {
    expect(raceUuidOf(parseCopernicoEvent(`spring-run:${race}/10K`))).toBe(race);
    const work = () => raceUuidOf(parseCopernicoEvent('spring-run/10K'));
    expect(work).toThrow(expect.objectContaining({ hint: expect.stringContaining('copernico:spring-run:UUID/10K') }));
  });
});
