import { describe, expect, it } from 'vitest';
import { mapParticipant, type RowPlace } from '../../../src/providers/runsignup/map-participant.ts';
import { wireParticipant, wireRemoved, wireUser } from './wire-rows.ts';

const active: RowPlace = { part: 'active', eventId: '661702', raceId: '85675' };
const removed: RowPlace = { ...active, part: 'removed' };

function recordOf(...[row, place]: Parameters<typeof mapParticipant>) {
  const mapped = mapParticipant(row, place);
  if (mapped.kind !== 'record') throw new Error(mapped.row.error);
  return mapped.record;
}

describe('an active registration', () => {
  it('becomes a whole row', () => {
    const row = wireParticipant();
    expect(mapParticipant(row, active)).toEqual({
      kind: 'record',
      record: {
        eventId: '661702',
        id: '91000001',
        kind: 'registration',
        modifiedAt: new Date('2026-03-07T15:05:30Z'),
        source: row,
        row: {
          race_id: 85675,
          event_id: 661702,
          registration_id: 91000001,
          user_id: 40011223,
          first_name: 'Dana',
          middle_name: null,
          last_name: 'Okafor',
          email: 'dana@example.org',
          address: { street: '12 Mill Rd', city: 'Ely', state: 'MN', zipcode: '55731', country_code: 'US' },
          dob: '1988-04-09',
          gender: 'F',
          phone: '218-555-0101',
          profile_image_url: null,
          bib_num: '214',
          chip_num: null,
          age: 37,
          registration_date: '2026-03-07 09:05:00',
          team_info: null,
          payment_info: {
            race_fee: '1055.00',
            amount_paid: '1059.30',
            usatf_discount_amount: '2.00',
            rsu_transaction_id: '70000001',
            transaction_id: 'AB12CD34',
          },
          additional_data: {
            imported: 'F',
            giveaway: 'Shirt: W-M',
            question_responses: [
              { question_id: '5501', question_text: 'Shuttle?', response: 'Yes' },
              { question_id: '5502', question_text: 'Meals', response: 'Fri, Sat' },
            ],
            participant_addons: [{ addon_id: 88, addon_name: 'Parking', quantity: 1, amount: '$10.00' }],
          },
          last_modified: '2026-03-07 10:05:30',
        },
      },
    });
  });

  it('of a weak key has nulls where fields are absent, never zeros', () => {
    const { row } = recordOf({ registration_id: '5', user: { first_name: 'Lee' } }, active);
    expect(Object.entries(row).filter(([, value]) => value !== null)).toEqual([
      ['race_id', 85675],
      ['event_id', 661702],
      ['registration_id', 5],
      ['first_name', 'Lee'],
    ]);
  });

  it.each([
    [214, '214'],
    ['0214', '0214'],
    ['', null],
    [null, null],
    [undefined, null],
  ])('bib %j is %j', (bib_num, expected) => {
    expect(recordOf(wireParticipant({ bib_num }), active).row['bib_num']).toBe(expected);
  });

  it.each([
    ['X', 'X'],
    ['', null],
    [null, null],
  ])('gender %j is %j', (gender, expected) => {
    expect(recordOf(wireParticipant({ user: wireUser({ gender }) }), active).row['gender']).toBe(expected);
  });

  it.each(['', '0000-00-00', '1988-02-30', null])('birth date %j is none, and no reason to reject', (dob) => {
    expect(recordOf(wireParticipant({ user: wireUser({ dob }) }), active).row['dob']).toBeNull();
  });

  it('keeps a team, and what has no column', () => {
    const { row } = recordOf(wireParticipant({ team_id: 7, team_name: 'Sole Mates 👟', corral: 'B' }), active);
    expect(row['team_info']).toMatchObject({ team_id: 7, team_name: 'Sole Mates 👟', team_bib_num: null });
    expect(row['additional_data']).toMatchObject({ corral: 'B' });
  });

  it('is of the event that it names itself', () => {
    expect(recordOf(wireParticipant({ event_id: 661703 }), active)).toMatchObject({
      eventId: '661703',
      row: { event_id: 661703 },
    });
  });
});

describe('a removed registration', () => {
  it('becomes a removal notice with reason, time and successor', () => {
    expect(recordOf(wireRemoved(), removed)).toMatchObject({
      id: '91000077',
      kind: 'removal-notice',
      modifiedAt: new Date('2026-03-06T13:00:01Z'),
      removal: { reason: 'transferred', at: new Date('2026-03-06T13:00:01Z'), movedTo: '91000402' },
      row: {
        last_name: 'Marsh',
        bib_num: '90',
        registration_date: '2026-03-01 18:22:10',
        last_modified: '2026-03-06 08:00:01',
      },
    });
  });

  it.each(['cleared', 'removed', 'deferred'])('%s without a successor', (removed_reason) => {
    const { removal } = recordOf(wireRemoved({ removed_reason, new_registration_id: null }), removed);
    expect(removal).toEqual({ reason: removed_reason, at: new Date('2026-03-06T13:00:01Z') });
  });

  it('has its time from the exact stamp, since an Eastern hour comes twice a year', () => {
    const row = wireRemoved({ last_modified: '2025-11-02 01:30:00', last_modified_ts: 1762065000 });
    expect(recordOf(row, removed).removal?.at).toEqual(new Date('2025-11-02T06:30:00Z'));
  });

  it('has its time from the Eastern text where the exact one is missing', () => {
    const { removal } = recordOf(wireRemoved({ last_modified_ts: null }), removed);
    expect(removal?.at).toEqual(new Date('2026-03-06T13:00:01Z'));
  });
});

describe('a row that cannot be read', () => {
  it.each([
    [
      wireParticipant({ registration_id: undefined }),
      { error: 'registration_id: must be a positive number (absent: a weak key?)' },
    ],
    [wireParticipant({ registration_id: 'abc' }), { error: 'registration_id: must be a positive number' }],
    [wireParticipant({ bib_num: { bib: 1 } }), { id: '91000001', error: 'bib_num: must be text or a number' }],
    [
      wireParticipant({ user: wireUser({ last_name: ['x'] }) }),
      { id: '91000001', error: 'user.last_name: must be text or a number' },
    ],
    [wireParticipant({ user: null }), { id: '91000001', error: expect.stringMatching(/^user: /) }],
    ['nonsense', { error: expect.stringMatching(/^answer: /) }],
    [null, { error: expect.stringMatching(/^answer: /) }],
  ])('is rejected with the field (%#)', (row, expected) => {
    expect(mapParticipant(row, active)).toEqual({
      kind: 'rejected',
      row: { eventId: '661702', source: row, ...expected },
    });
  });
});
