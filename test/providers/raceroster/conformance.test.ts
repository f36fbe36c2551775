import { describe } from 'vitest';
import { raceroster } from '../../../src/providers/raceroster/provider.ts';
import { describeProvider } from '../conformance.ts';

describe('Race Roster', () => {
  describeProvider({
    provider: raceroster,
    eventsPath: '/events?',
    participantsPath: '/participants',
    // HTTP status codes say all of it; a refused login is in token.test.ts.
    ownRefusals: [],
    ownThrottles: [],
    actual: ({ row, kind, removal }) => ({
      kind,
      firstName: row['first_name'],
      lastName: row['last_name'],
      email: row['email'],
      gender: row['gender'],
      bib: row['bib_number'],
      registered: row['registration_date'],
      division: row['division'],
      status: row['registration_status'],
      removed: removal ?? null,
    }),
    expected: (one) => ({
      kind: 'registration',
      firstName: one.firstName,
      lastName: one.lastName,
      email: one.email,
      gender: one.gender,
      bib: one.bib,
      registered: one.registeredAt.slice(0, 19),
      division: one.subEventId,
      status: one.removedReason === null ? 'active' : 'inactive',
      // `isActive: false` says neither why nor when.
      removed: one.removedReason === null ? null : { reason: 'inactive' },
    }),
  });
});
