/** Registrants: what Copernico gets to see of a registration, and what its answer is taken for. */
import { describe, expect, test } from 'vitest';
import {
  CallRefused,
  CredentialRefused,
  type P88Error,
  UnknownAnswer,
  UsageError,
} from '../../../src/domain/errors.ts';
import type { Json } from '../../../src/domain/json.ts';
import type { ApiAnswer } from '../../../src/domain/provider.ts';
import type { PushedParticipant } from '../../../src/domain/scoring.ts';
import { parseCopernicoEvent } from '../../../src/providers/copernico/event-id.ts';
import { readPushAnswer } from '../../../src/providers/copernico/push-answer.ts';
import { registrantOf } from '../../../src/providers/copernico/registrant.ts';
import { copernicoEventId } from '../../../src/sandbox/copernico/names.ts';
import { control, get } from '../../sandbox/ask.ts';
import { allOf } from '../scripted-session.ts';
import { copernicoWorld } from './connect.ts';

const raceUuid = '5fbe1dc5-deb8-40dd-8a08-2375ac1f13d5';
const eventUuid = '5edf72d5-da78-472c-8203-4972ac1f25ca';

const dana: PushedParticipant = {
  sourceId: 'runsignup-91000001',
  bib: '214',
  firstName: 'Dana',
  lastName: 'Okafor',
  gender: 'F',
  dateOfBirth: '1988-04-09',
  team: 'Ely TC',
  eventName: '10K Run',
  division: '10K Early',
  city: 'Ely',
  state: 'MN',
  removedReason: null,
};
const person = (overrides: Partial<PushedParticipant>): PushedParticipant => ({ ...dana, ...overrides });

describe('a registrant', () => {
  test('has the fields of the vendor, and what is beyond them as attributes', () => {
    const event = parseCopernicoEvent(`spring-run:${raceUuid}/10K:${eventUuid}`);
    expect(registrantOf(dana, event, raceUuid)).toEqual({
      id: 'runsignup-91000001',
      name: 'Dana',
      surname: 'Okafor',
      birthdate: '1988-04-09',
      document: '91000001',
      dorsal: '214',
      gender: 'female',
      raceId: raceUuid,
      event: '10K',
      eventId: eventUuid,
      club: 'Ely TC',
      division: '10K Early',
      city: 'Ely',
      region: 'MN',
      registrationEvent: '10K Run',
      registrationStatus: 'active',
    });
  });

  test('has no key for what is blank: a bib that was given in Copernico stays', () => {
    const blank = person({
      sourceId: 'haku-R7:half',
      bib: null,
      firstName: null,
      gender: null,
      dateOfBirth: null,
      team: '',
      division: null,
      city: null,
      state: null,
      removedReason: 'refunded',
    });
    expect(registrantOf(blank, parseCopernicoEvent('spring-run/10K'), raceUuid)).toEqual({
      id: 'haku-R7:half',
      name: '',
      surname: 'Okafor',
      document: 'R7:half',
      raceId: raceUuid,
      event: '10K',
      registrationEvent: '10K Run',
      registrationStatus: 'removed: refunded',
    });
  });
});

/** Everybody that Copernico holds, as it came. */
async function held({ sandbox, event }: ReturnType<typeof copernicoWorld>): Promise<unknown> {
  return (await get(sandbox, `/control/registrants?event=${event.id}`)).body;
}

describe('a push', () => {
  test('brings people there, changes them under the same id, and names who has to be taken out by hand', async () => {
    const built = copernicoWorld();
    const { connect, event, race } = built;
    const eventId = copernicoEventId(event);
    const { pushParticipants, listResults } = connect();
    const left = person({ sourceId: 'runsignup-91000002', bib: null, removedReason: 'refunded' });
    const people = [dana, left, person({ sourceId: 'raceroster-77', gender: 'X', dateOfBirth: null })];
    expect(await pushParticipants(eventId, people)).toEqual({
      taken: ['runsignup-91000001', 'runsignup-91000002', 'raceroster-77'],
      left: ['runsignup-91000002'],
      refused: [],
    });
    const registrants = (list: readonly PushedParticipant[]) =>
      list.map((one) => registrantOf(one, parseCopernicoEvent(eventId), race.id));
    expect(await held(built)).toEqual(registrants(people));
    const moved = person({ bib: '7', lastName: 'Okafor-Ødegård' });
    await pushParticipants(eventId, [moved]);
    expect(await held(built)).toEqual(registrants([moved, ...people.slice(1)]));
    const pages = await allOf(listResults(eventId));
    expect(pages.flatMap((page) => page.records).map(({ id, row }) => [id, row['bib_number'], row['status']])).toEqual([
      ['runsignup-91000001', '7', 'not-started'],
      ['runsignup-91000002', null, 'not-started'],
      ['raceroster-77', '214', 'not-started'],
    ]);
  });

  test('that Copernico takes for another person each time shows as such: one result, the others rejected', async () => {
    const built = copernicoWorld();
    await control(built.sandbox, 'behaviour', { copernico: { samePushedId: 'duplicates' } });
    const { pushParticipants, listResults } = built.connect();
    const eventId = copernicoEventId(built.event);
    await pushParticipants(eventId, [dana]);
    await pushParticipants(eventId, [dana]);
    const [page] = await allOf(listResults(eventId));
    expect([page?.records.length, page?.rejected.map(({ id, error }) => [id, error])]).toEqual([
      1,
      [['runsignup-91000001', 'its id came before']],
    ]);
  });

  test('is one call, logged without the key, and never made again by itself', async () => {
    const { sandbox, connect, event, race, requests, logged } = copernicoWorld();
    sandbox.fail({ kind: 'reset' });
    await expect(connect().pushParticipants(copernicoEventId(event), [dana])).rejects.toThrow(/failed on the way/);
    expect(logged).toEqual([`POST /copernico/race-registrations/${race.id}`]);
    expect(requests.map((request) => request.headers.get('x-api-key'))).toEqual(['hush']);
  });

  test('needs the UUID of the race; nobody is sent without, and nothing at all for nobody', async () => {
    const { connect, event, logged } = copernicoWorld();
    const { pushParticipants } = connect();
    await expect(pushParticipants('carrera-de-la-mujer-2026/10K', [dana])).rejects.toBeInstanceOf(UsageError);
    expect(await pushParticipants(copernicoEventId(event), [])).toEqual({ taken: [], left: [], refused: [] });
    expect(logged).toEqual([]);
  });

  test.each([
    ['with a wrong key', { secret: 'not-the-secret' }, '10K', CredentialRefused, /key/],
    ['to an event that the race has not', {}, '5K', CallRefused, /Sportmaniacs/],
  ])('%s is refused', async (_, credential, name, kind, hint) => {
    const { connect, race } = copernicoWorld();
    const work = connect(credential).pushParticipants(`x:${race.id}/${name}`, [dana]);
    const error: P88Error = await work.then(
      () => expect.unreachable(),
      (reason: P88Error) => reason,
    );
    expect(error).toBeInstanceOf(kind);
    expect(error.hint).toMatch(hint);
    expect(`${error.message} ${error.hint}`).not.toMatch(/not-the-secret|Dana/);
  });

  test('goes without a key where Copernico asks for none', async () => {
    const built = copernicoWorld();
    built.sandbox.world.behaviour.copernico.asksForKey = false;
    const answer = await built.connect({ secret: 'any' }).pushParticipants(copernicoEventId(built.event), [dana]);
    expect(answer.taken).toEqual([dana.sourceId]);
  });
});

describe('the answer to a push', () => {
  const people = [dana, person({ sourceId: 'runsignup-91000002' })];
  const answerOf = (body: Json | undefined, contentType = 'application/json'): ApiAnswer => ({
    status: 200,
    headers: new Headers({ 'content-type': contentType }),
    date: undefined,
    json: () => {
      if (body === undefined) throw new UnknownAnswer('no JSON');
      return body;
    },
  });
  const both = { taken: ['runsignup-91000001', 'runsignup-91000002'], left: [], refused: [] };

  test.each<Json | undefined>([
    { message: 'ok' },
    [],
    null,
    [{ id: 'runsignup-91000001' }, { id: 'runsignup-91000002', error: null }],
    { errors: [] },
    [{ id: 'runsignup-91000001', errors: [] }],
    { success: true },
    undefined,
  ])('%j is a yes', (body) => {
    expect(readPushAnswer(answerOf(body, body === undefined ? 'text/plain' : undefined), people)).toEqual(both);
  });

  test.each<[Json, string]>([
    [{ errors: [{ id: 'runsignup-91000002', message: 'Dana is odd' }] }, 'Copernico refused this registrant'],
    [
      [{ id: 'runsignup-91000002', error: 'DUPLICATED_DORSAL' }],
      'Copernico refused this registrant (DUPLICATED_DORSAL)',
    ],
    [
      { data: [{ id: 'runsignup-91000002', error: 'Dana is odd', code: 'E7' }] },
      'Copernico refused this registrant (E7)',
    ],
  ])('%j refuses one of them, and repeats nothing about the person', (body, error) => {
    expect(readPushAnswer(answerOf(body), people)).toEqual({
      taken: ['runsignup-91000001'],
      left: [],
      refused: [{ sourceId: 'runsignup-91000002', error }],
    });
  });

  test.each<Json>([
    { error: 'no such race' },
    { success: false },
    { errors: ['no such event'] },
    { errors: { event: 'unknown' } },
    { errors: [{ id: 'someone-else', message: 'odd' }] },
  ])('%j is an error of the whole batch', (body) => {
    expect(() => readPushAnswer(answerOf(body), people)).toThrow(CallRefused);
  });

  test.each(['text/html; charset=utf-8', 'application/json'])('%s that is no JSON is none', (type) => {
    expect(() => readPushAnswer(answerOf(undefined, type), people)).toThrow(UnknownAnswer);
  });

  test('nothing at all is a yes, whatever it claims to be', () => {
    expect(readPushAnswer({ ...answerOf(undefined), isEmpty: true }, people)).toEqual(both);
  });
});
