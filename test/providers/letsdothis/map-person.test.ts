import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/domain/json.ts';
import type { ParticipantRecord } from '../../../src/domain/records.ts';
import { mapApplication, mapParticipant } from '../../../src/providers/letsdothis/map-person.ts';
import { amountOf, genderOf, wallOf } from '../../../src/providers/letsdothis/person-values.ts';
import { applicationRow, participantRow } from './builders.ts';

function recordOf(mapped: ReturnType<typeof mapApplication>): ParticipantRecord {
  if (!('record' in mapped)) throw new Error(`rejected: ${mapped.rejected.error}`);
  return mapped.record;
}

test('an application is a registration; what the other list adds is blank', () => {
  const source = applicationRow();
  expect(mapApplication(source)).toEqual({
    record: {
      kind: 'registration',
      eventId: 'evt_9',
      id: 'app_1',
      modifiedAt: new Date('2026-03-02T08:00:00Z'),
      source,
      row: {
        event_id: 'evt_9',
        registration_id: 'app_1',
        application_id: 'app_1',
        participant_id: null,
        bib_number: null,
        first_name: 'Tom',
        last_name: 'Baird',
        email: 'tom@example.org',
        phone: '+447700900000',
        date_of_birth: '1990-01-31',
        gender: 'M',
        city: 'Leeds',
        region: 'West Yorkshire',
        country: 'GB',
        team_name: null,
        category: '10K',
        division: null,
        application_date: '2026-03-01T10:00:00',
        registration_date: null,
        registration_status: 'confirmed',
        participant_status: null,
        payment_status: 'paid',
        amount_paid: null,
        runner: null,
        participant_row: null,
      },
    },
  });
});

test('a participant is a supplement of its application, and has the whole row besides', () => {
  const source = participantRow({ gender: 'female', status: 'checked-in', email: 'tom@example.org' });
  expect(mapParticipant(source)).toEqual({
    record: {
      kind: 'supplement',
      eventId: 'evt_9',
      id: 'app_1',
      modifiedAt: new Date('2026-09-01T08:00:00Z'),
      source,
      row: {
        ...recordOf(mapApplication({ id: 'app_1', eventId: 'evt_9' })).row,
        participant_id: 'par_1',
        bib_number: '214',
        first_name: 'Tom',
        last_name: 'Baird',
        email: 'tom@example.org',
        gender: 'F',
        division: 'M35',
        registration_date: '2026-03-01T10:00:05',
        registration_status: 'checked-in',
        participant_status: 'checked-in',
        runner: { first_name: 'Tom', last_name: 'Baird', email: 'tom@example.org', gender: 'F', date_of_birth: null },
        participant_row: source,
      },
    },
  });
});

test.each<[string, JsonObject, string, string | null]>([
  ['a field', { id: 'p', applicationId: 'a' }, 'a', 'p'],
  ['a field that is a number', { id: 7, applicationId: 9 }, '9', '7'],
  ['an object', { id: 'p', application: { id: 'a' } }, 'a', 'p'],
  ['an id in place of the object', { id: 'p', application: 'a' }, 'a', 'p'],
  ['the same id', { id: 'a' }, 'a', 'a'],
  ['a field, without an id of its own', { applicationId: 'a' }, 'a', null],
])('a participant names its application by %s', (_, row, id, own) => {
  const record = recordOf(mapParticipant({ ...row, eventId: 'evt_9' }));
  expect([
    record.id,
    record.row['registration_id'],
    record.row['application_id'],
    record.row['participant_id'],
  ]).toEqual([id, id, id, own]);
});

test.each<[string, JsonObject]>([
  ['a field', { eventId: 'e' }],
  ['an object', { event: { id: 'e' } }],
  ['an id in place of the object', { event: 'e' }],
  ['its application', { application: { id: 'a', eventId: 'e' } }],
])('a row names its event by %s', (_, row) => {
  expect(recordOf(mapParticipant({ id: 'p', applicationId: 'a', ...row })).eventId).toBe('e');
});

test('a participant without a name says nothing of who runs', () => {
  expect(recordOf(mapParticipant(participantRow({ firstName: ' ', lastName: null }))).row['runner']).toBeNull();
});

test.each([
  ['cancelled', 'cancelled'],
  ['Canceled', 'cancelled'],
  ['REFUNDED', 'refunded'],
  ['transferred', 'transferred'],
  ['deferred', 'deferred'],
  ['withdrawn', 'withdrawn'],
  ['rejected', 'rejected'],
  ['declined', 'declined'],
])('status %s is a removal: %s', (status, reason) => {
  const record = recordOf(mapApplication(applicationRow({ status })));
  expect(record.removal).toEqual({ reason, at: new Date('2026-03-02T08:00:00Z') });
  expect(record.row['registration_status']).toBe(status);
});

test.each(['confirmed', 'pending', 'waitlisted', 'cancellation requested', null])('status %s is none', (status) => {
  expect(recordOf(mapApplication(applicationRow({ status }))).removal).toBeUndefined();
});

test('a refund of money alone is no removal', () => {
  expect(recordOf(mapApplication(applicationRow({ paymentStatus: 'refunded' }))).removal).toBeUndefined();
});

test.each<[string, JsonObject]>([
  ['no time of change', { updatedAt: null }],
  ['one that cannot be read', { updatedAt: 'yesterday' }],
])('%s leaves the removal without a time', (_, change) => {
  const record = recordOf(mapApplication(applicationRow({ status: 'cancelled', ...change })));
  expect([record.removal, record.modifiedAt]).toEqual([{ reason: 'cancelled' }, undefined]);
});

test('fields of a form that nobody expected are blank, and nobody is lost for them', () => {
  const odd = { firstName: { first: 'Tom' }, dateOfBirth: '0000-00-00', gender: 7, amountPaid: { amount: 42 } };
  const record = recordOf(mapApplication(applicationRow(odd)));
  expect(record.row).toMatchObject({ first_name: null, date_of_birth: null, gender: null, amount_paid: null });
  expect(record.source).toMatchObject(odd);
});

describe('rejected', () => {
  test.each<[string, JsonObject, object]>([
    ['no id', applicationRow({ id: null }), { eventId: 'evt_9' }],
    ['a blank id', applicationRow({ id: ' ' }), { eventId: 'evt_9' }],
    ['no event', applicationRow({ eventId: null }), { id: 'app_1' }],
  ])('an application with %s', (_, source, whose) => {
    expect(mapApplication(source)).toEqual({ rejected: { ...whose, error: expect.any(String), source } });
  });

  test('a participant that names neither itself nor an application', () => {
    const source = participantRow({ id: null, applicationId: null });
    expect(mapParticipant(source)).toEqual({ rejected: { eventId: 'evt_9', error: expect.any(String), source } });
  });

  test.each<[JsonObject]>([
    [{ applicationId: 0.1 }],
    [{ applicationId: true }],
    [{ applicationId: null, application: -0.5 }],
  ])('a participant whose application cannot be read: %j', (odd) => {
    const source = participantRow(odd);
    expect(mapParticipant(source)).toEqual({
      rejected: { eventId: 'evt_9', error: 'applicationId: not an id', source },
    });
  });

  test.each([null, 7, 'x', []])('%j, which is no row', (source) => {
    expect(mapApplication(source)).toMatchObject({ rejected: { source } });
    expect(mapParticipant(source)).toMatchObject({ rejected: { source } });
  });
});

test.each([
  ['4200', null],
  ['0', null],
  ['42.00', '42.00'],
  ['42.5', '42.5'],
  ['£42', '42'],
  ['£1,042.50', '1042.50'],
  ['-£5.00', '-5.00'],
  ['42.005', null],
  ['free', null],
  [null, null],
])('the amount %s is %s', (text, expected) => {
  expect(amountOf(text)).toBe(expected);
});

test.each([
  ['male', 'M'],
  ['Female', 'F'],
  ['Non-Binary', 'X'],
  ['mixed', null],
  ['prefer not to say', null],
  [null, null],
])('the gender %s is %s', (text, expected) => {
  expect(genderOf(text)).toBe(expected);
});

test.each([
  ['2026-03-01T10:00:00.000Z', '2026-03-01T10:00:00'],
  ['2026-07-01T10:00:00+01:00', '2026-07-01T09:00:00'],
  ['2026-03-01', '2026-03-01T00:00:00'],
  ['2026-02-30', null],
  ['soon', null],
])('the time %s is %s', (text, expected) => {
  expect(wallOf(text)).toBe(expected);
});
