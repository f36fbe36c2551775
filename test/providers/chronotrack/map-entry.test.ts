import { expect, test } from 'vitest';
import { mapEntry, removalOf } from '../../../src/providers/chronotrack/map-entry.ts';

const wire = {
  entry_id: '15500123',
  entry_bib: '77',
  entry_name: 'Ira Cole',
  entry_status: 'CONF',
  entry_type: 'IND',
  entry_race_age: '29',
  athlete_id: '901233',
  athlete_first_name: 'Ira',
  athlete_last_name: 'Cole',
  athlete_sex: 'M',
  athlete_birthdate: '1997-02-18',
  location_city: 'Frisco',
  location_region: 'CO',
  location_country: 'US',
  race_id: '88001',
  race_name: '10K',
  reg_choice_name: '10K Early',
  bracket_name: 'M 25-29',
  wave_name: 'A',
  team_name: '',
};

test('an entry as ChronoTrack sends it', () => {
  expect(mapEntry(wire, '31002')).toEqual({
    record: {
      eventId: '31002',
      id: '15500123',
      kind: 'registration',
      row: {
        entry_id: '15500123',
        event_id: '31002',
        race_id: '88001',
        entry_external_id: null,
        entry_name: 'Ira Cole',
        entry_type: 'IND',
        entry_status: 'CONF',
        entry_bib: '77',
        entry_race_age: 29,
        athlete_id: '901233',
        athlete_first_name: 'Ira',
        athlete_last_name: 'Cole',
        athlete_sex: 'M',
        athlete_birthdate: '1997-02-18',
        athlete_email: null,
        athlete_home_phone: null,
        athlete_mobile_phone: null,
        location: { city: 'Frisco', region: 'CO', country: 'US' },
        team_id: null,
        team_name: null,
        race_name: '10K',
        reg_choice_name: '10K Early',
        bracket_name: 'M 25-29',
        wave_name: 'A',
      },
      source: wire,
    },
  });
});

test.each([
  [{ entry_name: 'Ira Cole' }, 'Ira', 'Cole'],
  [{ entry_name: 'Ana van der Meer', entry_type: 'IND' }, 'Ana', 'van der Meer'],
  [{ entry_name: 'Plato' }, null, 'Plato'],
  [{ entry_name: 'Sole Mates', entry_type: 'TEAM' }, null, 'Sole Mates'],
  [{ entry_name: 'Ira Cole', athlete_last_name: 'Cole-Gil' }, null, 'Cole-Gil'],
  [{}, null, null],
])('names of %j', (names, firstName, lastName) => {
  expect(mapEntry({ entry_id: '1', ...names }, '31002')).toMatchObject({
    record: { row: { athlete_first_name: firstName, athlete_last_name: lastName } },
  });
});

test.each([
  ['CONF', undefined],
  ['PEND', undefined],
  ['whatever', undefined],
  ['DQ', undefined],
  [null, undefined],
  ['CANC', 'cancelled'],
  ['Cancelled', 'cancelled'],
  ['WITHDRAWN', 'withdrawn'],
  ['WD', 'withdrawn'],
  ['WDX', undefined],
  ['DEFERRED', 'deferred'],
  ['REFUND', 'refunded'],
  ['DROP', 'dropped'],
  ['DELETED', 'deleted'],
  ['REMOVED', 'removed'],
  ['TRANSFERRED', 'transferred'],
  // To be transferred is not to have left.
  ['TRANSFER', undefined],
  ['VOID', 'void'],
])('the status %j: %j', (status, reason) => {
  expect(removalOf(status)?.reason).toBe(reason);
});

test('somebody who left is marked, with the word kept', () => {
  expect(mapEntry({ ...wire, entry_status: 'Cancelled' }, '31002')).toMatchObject({
    record: { kind: 'registration', removal: { reason: 'cancelled' }, row: { entry_status: 'Cancelled' } },
  });
});

test.each([
  [{ ...wire, entry_id: ' ' }, { error: 'entry_id: missing or not an id' }],
  [
    { ...wire, entry_bib: ['77'] },
    { id: '15500123', error: 'entry_bib: expected text' },
  ],
  [null, { error: 'row: Invalid input: expected object, received null' }],
])('%j is rejected', (source, rejected) => {
  expect(mapEntry(source, '31002')).toEqual({ rejected: { eventId: '31002', ...rejected, source } });
});
