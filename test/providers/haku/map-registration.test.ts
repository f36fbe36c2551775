import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../../src/domain/json.ts';
import { mapRegistration } from '../../../src/providers/haku/map-registration.ts';
import { categoryRow, detail, participantPart } from './wire-rows.ts';

const map = (source: JsonObject) => mapRegistration(source, 'E1', 'HK-0012345');

/** The first record; its row. */
const recordOf = (source: JsonObject) => map(source).records[0];
const rowOf = (source: JsonObject) => recordOf(source)?.row;

describe('a registration', () => {
  test('whole', () => {
    const source = detail();
    expect(map(source)).toEqual({
      records: [
        {
          eventId: 'E1',
          id: 'HK-0012345:551',
          row: {
            event_id: 'E1',
            participant_id: 'HK-0012345:551',
            registration_number: 'HK-0012345',
            bib_number: '2207',
            first_name: 'Ana',
            last_name: 'Silva',
            email: 'ana@example.org',
            phone: '305-555-0188',
            date_of_birth: '1991-06-02',
            gender: 'F',
            address: { street: '9 Bay St', city: 'Miami', state: 'FL', zipcode: '33101', country_code: 'US' },
            emergency_contact: { name: 'R. Silva', phone: '305-555-0177', relationship: 'Spouse' },
            team_affiliation: null,
            category: '10K Run',
            category_details: {
              id: '551',
              name: '10K Run',
              master_name: '10K',
              is_active: true,
              participation_option: 'In person',
              corral_name: 'B',
              wave_name: 'Wave 2',
              wave_code: 'W2',
            },
            registration_details: { account_number: 'A-771', shirt_size_name: 'Medium', shirt_size_code: 'M' },
            registration_date: '2026-01-20T13:00:05',
            amount_paid: '65.00',
          },
          source,
          modifiedAt: new Date('2026-02-02T09:10:11Z'),
          kind: 'registration',
        },
      ],
      rejected: [],
    });
  });

  test('with a category whose id would make the row another registration’s is kept without that one', () => {
    const [ten, odd] = [categoryRow(), categoryRow({ id: '5:52' })];
    const { records, rejected } = map(detail({ event_categories: [ten, odd] }));
    expect(records.map(({ id }) => id)).toEqual(['HK-0012345:551']);
    expect(rejected).toMatchObject([{ id: 'HK-0012345', error: 'category id: holds a colon', source: odd }]);
  });

  test('with two categories is two rows, each with its own bib, corral and part of the source', () => {
    const [ten, five] = [categoryRow(), categoryRow({ id: '552', name: '5K', tag_number: 88, corral_name: null })];
    const { records, rejected } = map(detail({ event_categories: [ten, five] }));
    expect(
      records.map(({ id, row, source }) => [id, row['bib_number'], row['category'], source['event_categories']]),
    ).toEqual([
      ['HK-0012345:551', '2207', '10K Run', [ten]],
      ['HK-0012345:552', '88', '5K', [five]],
    ]);
    expect(rejected).toEqual([]);
  });

  test.each([[[]], [null]])(
    'with the categories %j is one row without a category, so that nobody is lost',
    (event_categories) => {
      const source = detail({ event_categories, event_category_info: '10K' });
      expect(recordOf(source)).toMatchObject({
        id: 'HK-0012345:',
        row: { participant_id: 'HK-0012345:', bib_number: null, category: '10K', category_details: null },
        source: { event_categories: [] },
      });
    },
  );

  test.each<[string, JsonObject, JsonObject]>([
    ['a blank bib', { event_categories: [categoryRow({ tag_number: ' ' })] }, { bib_number: null }],
    ['a category without a name', { event_categories: [categoryRow({ name: null })] }, { category: '10K' }],
    ['a team', { team: { name: 'Sole Mates' }, club: 'Bay TC' }, { team_affiliation: 'Sole Mates' }],
    ['a club', { club: { name: 'Bay TC' } }, { team_affiliation: 'Bay TC' }],
    ['a refund', { transaction_amount: '-$1,065.50' }, { amount_paid: '-1065.50' }],
    ['no amount', { transaction_amount: null }, { amount_paid: null }],
    ['a free place', { transaction_amount: 0 }, { amount_paid: '0' }],
    ['a plain date', { created_at: '2026-01-20 13:00:05' }, { registration_date: '2026-01-20T13:00:05' }],
    [
      'no emergency contact',
      { emergency_contact_name: '', emergency_contact_phone_number: null, emergency_contact_relationship: null },
      { emergency_contact: null },
    ],
    [
      'products',
      { products: [{ sku: 1 }], shirt_size_name: null, shirt_size_code: null, current_pace: '8:30' },
      { registration_details: { account_number: 'A-771', products: [{ sku: 1 }], current_pace: '8:30' } },
    ],
    ['an empty team list', { team: [] }, { team_affiliation: null }],
  ])('with %s', (_, overrides, row) => {
    expect(rowOf(detail(overrides))).toMatchObject(row);
  });

  test.each<[JsonObject, JsonObject]>([
    [{ dob: null }, { date_of_birth: null }],
    [{ dob: '' }, { date_of_birth: null }],
    [{ dob: '0000-00-00' }, { date_of_birth: null }],
    [{ dob: '1991-06-02T00:00:00Z' }, { date_of_birth: '1991-06-02' }],
    [{ gender: 'Male' }, { gender: 'M' }],
    [{ gender: 'NON-BINARY' }, { gender: 'X' }],
    [{ gender: 'Prefer not to say' }, { gender: null }],
    [{ gender: null }, { gender: null }],
    [{ address: null }, { address: null }],
    [{ address: [] }, { address: null }],
    [{ address: { line1: '9 Bay St', line2: 'Apt 4' } }, { address: { street: '9 Bay St, Apt 4' } }],
    [
      { first_name: 'Luna 🏃‍♀️', last_name: "D'Ø" },
      { first_name: 'Luna 🏃‍♀️', last_name: "D'Ø" },
    ],
  ])('of a person with %j', (overrides, row) => {
    expect(rowOf(detail({ participant: participantPart(overrides) }))).toMatchObject(row);
  });
});

describe('who left', () => {
  const at = new Date('2026-03-01T10:00:00Z');
  test.each<[JsonObject, object | undefined]>([
    [
      { is_cancelled: true, cancelled_at: '2026-03-01T10:00:00Z' },
      { reason: 'cancelled', at },
    ],
    [{ is_cancelled: 'true', cancelled_at: null }, { reason: 'cancelled' }],
    // A time of an unknown zone is no instant; the row's source has it.
    [{ is_cancelled: 1, cancelled_at: '2026-03-01 10:00:00' }, { reason: 'cancelled' }],
    [
      { is_cancelled: null, cancelled_at: '2026-03-01T10:00:00Z' },
      { reason: 'cancelled', at },
    ],
    [{ is_cancelled: false, cancelled_at: '2026-03-01T10:00:00Z' }, undefined],
    [{ event_categories: [categoryRow({ is_active: false })] }, { reason: 'category-inactive' }],
    [{ event_categories: [categoryRow({ is_active: null })] }, undefined],
    [{ is_cancelled: true, event_categories: [categoryRow({ is_active: false })] }, { reason: 'cancelled' }],
  ])('%j', (overrides, removal) => {
    expect(recordOf(detail(overrides))?.removal).toEqual(removal);
  });
});

describe('the time of the last change is the newest that says of which zone it is', () => {
  test.each<[string | null, string | null, string | null, string | undefined]>([
    // registration, participant, category
    ['2026-02-02T09:00:00Z', '2026-02-01T09:00:00Z', '2026-02-01T09:00:00Z', '2026-02-02T09:00:00.000Z'],
    ['2026-02-02T09:00:00Z', '2026-02-03T09:00:00Z', '2026-02-01T09:00:00Z', '2026-02-03T09:00:00.000Z'],
    ['2026-02-02T09:00:00Z', '2026-02-01T09:00:00Z', '2026-02-02T09:00:00.500-05:00', '2026-02-02T14:00:00.500Z'],
    ['2026-02-02T09:00:00Z', null, '2026-02-04 09:00:00', '2026-02-02T09:00:00.000Z'],
    ['2026-02-02 09:00:00', '2026-02-02', null, undefined],
  ])('%s, %s, %s', (registration, participant, category, newest) => {
    const source = detail({
      updated_at: registration,
      participant: participantPart({ updated_at: participant }),
      event_categories: [categoryRow({ updated_at: category })],
    });
    expect(recordOf(source)?.modifiedAt?.toISOString()).toBe(newest);
  });
});

describe('what cannot be read', () => {
  const { event_categories: _, ...renamed } = detail();
  test.each<[string, JsonObject, RegExp]>([
    ['no categories at all', renamed, /^event_categories: expected a list$/],
    ['nobody', detail({ participant: null }), /^participant: /],
    [
      'a name that is an object',
      detail({ participant: participantPart({ first_name: { x: 'Ana' } }) }),
      /^participant\.first_name: expected text$/,
    ],
    ['a cancellation in words', detail({ is_cancelled: 'perhaps' }), /^is_cancelled: expected true or false$/],
  ])('%s is rejected whole, by its number', (__, source, error) => {
    expect(map(source)).toEqual({
      records: [],
      rejected: [{ eventId: 'E1', id: 'HK-0012345', error: expect.stringMatching(error), source }],
    });
  });

  test.each<[Json, string]>([
    [categoryRow({ id: null }), 'category id: missing or not an id'],
    [categoryRow({ tag_number: [7] }), 'category tag_number: expected text'],
  ])('a category %j is rejected, the others go on', (bad, error) => {
    const { records, rejected } = map(detail({ event_categories: [bad, categoryRow()] }));
    expect(records.map(({ id }) => id)).toEqual(['HK-0012345:551']);
    expect(rejected).toEqual([{ eventId: 'E1', id: 'HK-0012345', error, source: bad }]);
  });
});
