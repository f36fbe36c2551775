import { describe } from 'vitest';
import { letsdothis } from '../../../src/providers/letsdothis/provider.ts';
import { describeProvider } from '../conformance.ts';

/** The words of the stand-in for the ways in which people leave. */
const reasons: Readonly<Record<string, string>> = {
  cleared: 'cancelled',
  removed: 'refunded',
  transferred: 'transferred',
  deferred: 'deferred',
};

describe("Let's Do This", () => {
  describeProvider({
    provider: letsdothis,
    eventsPath: '/events?',
    participantsPath: '/applications',
    // HTTP status codes say all of it.
    ownRefusals: [],
    ownThrottles: [],
    actual: ({ row, kind, modifiedAt, removal }) => ({
      kind,
      firstName: row['first_name'],
      lastName: row['last_name'],
      email: row['email'],
      dob: row['date_of_birth'],
      gender: row['gender'],
      bib: row['bib_number'],
      team: row['team_name'],
      registered: [row['application_date'], row['registration_date']],
      divisions: [row['category'], row['division']],
      status: row['registration_status'],
      modifiedAt: modifiedAt?.toISOString(),
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
      registered: [one.registeredAt.slice(0, 19), one.registeredAt.slice(0, 19)],
      divisions: ['Half Marathon', 'Half Marathon'],
      status: one.removedReason === null ? 'confirmed' : reasons[one.removedReason],
      modifiedAt: one.modifiedAt,
      removed: one.removedReason === null ? null : { reason: reasons[one.removedReason], at: new Date(one.modifiedAt) },
    }),
  });
});
