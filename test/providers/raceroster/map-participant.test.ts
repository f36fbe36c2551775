import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/domain/json.ts';
import { mapParticipant } from '../../../src/providers/raceroster/map-participant.ts';
import { personRow } from './builders.ts';

function recordOf(row: JsonObject) {
  const mapped = mapParticipant(row, 'E1');
  if (!('record' in mapped)) throw new Error(mapped.rejected.error);
  return mapped.record;
}

describe('a participant row', () => {
  test('with the known fields becomes a whole record', () => {
    const source = personRow();
    expect(mapParticipant(source, 'E1')).toEqual({
      record: {
        eventId: 'E1',
        id: '88123456',
        row: {
          event_id: 'E1',
          registration_id: '88123456',
          bib_number: '1042',
          first_name: 'Noor',
          last_name: 'Haddad',
          email: 'noor@example.org',
          phone: null,
          date_of_birth: null,
          gender: 'F',
          address: null,
          emergency_contact: null,
          team_name: null,
          division: '250001',
          registration_date: '2026-02-11T15:04:05',
          registration_status: 'active',
          payment_status: null,
          amount_paid: null,
          additional_info: { subEventId: '250001' },
        },
        source,
        kind: 'registration',
      },
    });
  });

  test('with the fields nobody has seen yet uses them where they fit', () => {
    const source = personRow({
      profile: { data: [{ email: 'n@example.org', phone: '555-0100', dateOfBirth: '1988-04-09T00:00:00Z' }] },
      address: { address1: '12 Mill Rd', city: 'Ely', province: { code: 'MN' }, zip: 55731, country: 'US' },
      emergencyContact: { name: 'Kit' },
      team: { name: 'Sole Mates' },
      subEvent: { data: { subEventId: 250001, name: 'Half Marathon' } },
      status: 'Confirmed',
      age: 38,
      paymentStatus: 'paid',
      amountPaid: '$1,055.00',
      updatedAt: '2026-03-01T09:00:00.250-05:00',
    });
    expect(recordOf(source)).toMatchObject({
      modifiedAt: new Date('2026-03-01T14:00:00.250Z'),
      row: {
        email: 'n@example.org',
        phone: '555-0100',
        date_of_birth: '1988-04-09',
        address: { street: '12 Mill Rd', city: 'Ely', state: 'MN', zipcode: '55731', country_code: 'US' },
        emergency_contact: { name: 'Kit' },
        team_name: 'Sole Mates',
        division: 'Half Marathon',
        payment_status: 'paid',
        amount_paid: '1055.00',
        additional_info: { subEventId: '250001', status: 'Confirmed', age: 38 },
      },
    });
    expect(recordOf(source)).not.toHaveProperty('removal');
  });

  test('with an id alone is still a person', () => {
    const { row } = recordOf({ participantId: 5 });
    expect(Object.entries(row).filter(([, value]) => value !== null)).toEqual([
      ['event_id', 'E1'],
      ['registration_id', '5'],
    ]);
  });

  test('loses nothing but the field where a guessed one has another form', () => {
    const odd = {
      age: ['38'],
      team: [],
      subEvent: 'Half',
      amountPaid: { total: 1 },
      updatedAt: 17,
      status: {},
      address: [],
    };
    expect(recordOf(personRow(odd)).row).toEqual(recordOf(personRow()).row);
  });

  test.each([
    [0, null],
    [1, 'M'],
    [2, 'F'],
    [8, null],
    [9, 'X'],
    ['1', 'M'],
    ['Female', 'F'],
    ['', null],
    [null, null],
    [7, null],
  ])('gender %j is %j', (gender, expected) => {
    expect(recordOf(personRow({ gender })).row['gender']).toBe(expected);
  });

  test.each([
    ['', null],
    ['  ', null],
    [null, null],
    [0, '0'],
    [1042, '1042'],
    [' 12A ', '12A'],
  ])('bib %j is %j', (bibNumber, expected) => {
    expect(recordOf(personRow({ bibNumber })).row['bib_number']).toBe(expected);
  });

  test.each([
    ['2026-02-11T15:04:05Z', '2026-02-11T15:04:05'],
    ['2026-02-11T20:04:05-04:00', '2026-02-12T00:04:05'],
    ['2026-02-11T15:04:05', '2026-02-11T15:04:05'],
    ['yesterday', null],
    [null, null],
  ])('registered at %j is %j in UTC', (registrationDate, expected) => {
    expect(recordOf(personRow({ registrationDate })).row['registration_date']).toBe(expected);
  });

  test.each(['', '0000-00-00', '1990-02-31', '12/05/1990', null])('birth date %j is none', (dateOfBirth) => {
    expect(recordOf(personRow({ dateOfBirth })).row['date_of_birth']).toBeNull();
  });

  test.each([
    [{ isActive: true }, 'active', undefined],
    [{ isActive: 1 }, 'active', undefined],
    [{ isActive: null }, null, undefined],
    [{ isActive: false }, 'inactive', { reason: 'inactive' }],
    [{ isActive: 'false', status: 'Refunded' }, 'inactive', { reason: 'refunded' }],
    [{ isActive: false, registrationStatus: 'CANCELED' }, 'inactive', { reason: 'cancelled' }],
    [{ isActive: false, status: 'complete' }, 'inactive', { reason: 'inactive' }],
    [{ isActive: null, status: 'transferred' }, null, { reason: 'transferred' }],
    [{ isActive: true, status: 'refunded' }, 'active', undefined],
    [
      { isActive: false, updatedAt: '2026-04-02T10:00:00Z' },
      'inactive',
      { reason: 'inactive', at: new Date('2026-04-02T10:00:00Z') },
    ],
  ])('%j is %j, removal %j', (fields, status, removal) => {
    const record = recordOf(personRow(fields));
    expect({ status: record.row['registration_status'], removal: record.removal }).toEqual({ status, removal });
  });

  test('maps to equal records twice', () => {
    expect(mapParticipant(personRow({ isActive: false }), 'E1')).toEqual(
      mapParticipant(personRow({ isActive: false }), 'E1'),
    );
  });
});

describe('a participant row that is rejected', () => {
  test.each([
    [personRow({ participantId: null }), undefined, 'participantId: missing or not an id'],
    [personRow({ participantId: '  ' }), undefined, 'participantId: missing or not an id'],
    [personRow({ lastName: { text: 'Haddad' } }), '88123456', 'lastName: expected text'],
    [
      personRow({ profile: 'noor@example.org' }),
      '88123456',
      'profile: Invalid input: expected object, received string',
    ],
    ['Noor Haddad', undefined, 'row: Invalid input: expected object, received string'],
  ])('%j', (source, id, error) => {
    expect(mapParticipant(source, 'E1')).toEqual({
      rejected: { eventId: 'E1', ...(id === undefined ? {} : { id }), error, source },
    });
  });
});
