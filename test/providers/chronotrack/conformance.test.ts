import { describe } from 'vitest';
import { chronotrack } from '../../../src/providers/chronotrack/provider.ts';
import { expectedResults } from '../../../src/sandbox/finishes.ts';
import type { RaceEvent } from '../../../src/sandbox/world.ts';
import { describeProvider } from '../conformance.ts';
import { describeScoring, type FlatResult } from '../scoring-conformance.ts';
import { flatResult } from './flat-results.ts';

/** The words of the sandbox, as they are stored. */
const reasons: Readonly<Record<string, string>> = {
  cleared: 'deleted',
  removed: 'cancelled',
  transferred: 'transferred',
  deferred: 'deferred',
};

describe('ChronoTrack', () => {
  describeProvider({
    provider: chronotrack,
    eventsPath: '/event?',
    participantsPath: '/entry',
    // HTTP status codes are all that is assumed; a refused token is in login.test.ts.
    ownRefusals: [],
    ownThrottles: [],
    showsPrincipal: true,
    actual: ({ row, kind, removal }) => ({
      kind,
      firstName: row['athlete_first_name'],
      lastName: row['athlete_last_name'],
      email: row['athlete_email'],
      dob: row['athlete_birthdate'],
      gender: row['athlete_sex'],
      bib: row['entry_bib'],
      team: row['team_name'],
      race: row['race_id'],
      removed: removal ?? null,
    }),
    expected: (one) => ({
      kind: 'registration',
      firstName: one.firstName,
      lastName: one.lastName,
      email: one.email,
      dob: one.dob,
      gender: one.gender,
      bib: one.bib,
      team: one.team,
      race: one.subEventId,
      // Neither when nor where to.
      removed: one.removedReason === null ? null : { reason: reasons[one.removedReason] ?? '' },
    }),
  });
});

describe('ChronoTrack as a scoring system', () => {
  describeScoring({
    provider: chronotrack,
    eventId: (event) => event.id,
    unknownEventId: '99999999',
    tells: { start: true, timeZone: true },
    resultsPath: '/results',
    ownRefusals: [],
    ownThrottles: [],
    actual: flatResult,
    expected: (event) => expectedFlat(event),
  });
});

/** Tenths of a second are what ChronoTrack writes. */
const tenths = (ms: number | null) => (ms === null ? null : Math.floor(ms / 100) * 100);

function expectedFlat(event: RaceEvent): readonly FlatResult[] {
  if (event.finishes.size === 0) return [];
  const results = new Map(expectedResults(event).map((one) => [one.registrationId, one]));
  const names = [...results.values()][0]?.splits.map(({ name }) => name) ?? [];
  return event.registrations
    .filter(({ id, removal }) => removal === null || results.has(id))
    .map(({ id, bib, person, subEventId }) => {
      const one = results.get(id);
      const finished = one?.status === 'finished';
      const splits = one?.splits ?? names.map((name) => ({ name, ms: null }));
      // That somebody was disqualified is not told: without the result it is one who dropped out, or did not start.
      const dropped = splits.some(({ ms }) => ms !== null);
      return {
        id: `${id}:${subEventId}`,
        bib,
        firstName: person.firstName,
        lastName: person.lastName,
        gender: person.gender,
        status: finished ? 'finished' : dropped ? 'dnf' : 'not-started',
        chipMs: finished ? tenths(one.chipMs) : null,
        gunMs: finished ? tenths(one.gunMs) : null,
        overallPlace: one?.overallPlace ?? null,
        genderPlace: one?.genderPlace ?? null,
        splits: splits.map(({ name, ms }) => ({ name, ms: tenths(ms) })),
      };
    });
}
