import { describe } from 'vitest';
import { runsignup } from '../../../src/providers/runsignup/provider.ts';
import { eastern, wallText } from '../../../src/sandbox/wall-clock.ts';
import { describeProvider } from '../conformance.ts';

describe('RunSignUp', () => {
  describeProvider({
    provider: runsignup,
    eventsPath: '/races',
    participantsPath: 'participants',
    ownRefusals: [6, 7, 13].map((code) => ({ kind: 'error-object', code })),
    ownThrottles: [{ kind: 'error-object', code: 14 }],
    actual: ({ row, kind, removal, modifiedAt }) => ({
      kind,
      firstName: row['first_name'],
      lastName: row['last_name'],
      email: row['email'],
      dob: row['dob'],
      gender: row['gender'],
      bib: row['bib_num'],
      registered: row['registration_date'],
      modified: row['last_modified'],
      modifiedAt: modifiedAt?.toISOString(),
      removed: removal === undefined ? null : { ...removal, at: removal.at?.toISOString() },
    }),
    expected: (one) => ({
      kind: one.removedReason === null ? 'registration' : 'removal-notice',
      firstName: one.firstName,
      lastName: one.lastName,
      email: one.email,
      dob: one.dob,
      gender: one.gender,
      bib: one.bib,
      // Active rows have no seconds.
      registered: easternText(one.registeredAt).replace(/\d\d$/, (seconds) => (one.removedReason ? seconds : '00')),
      modified: easternText(one.modifiedAt),
      modifiedAt: toSeconds(one.modifiedAt),
      removed:
        one.removedReason === null
          ? null
          : {
              reason: one.removedReason,
              at: toSeconds(one.removedAt ?? ''),
              ...(one.movedTo === null ? {} : { movedTo: one.movedTo }),
            },
    }),
  });
});

function easternText(iso: string): string {
  return wallText(Date.parse(iso), eastern).replace('T', ' ');
}

/** RunSignUp counts in whole seconds. */
function toSeconds(iso: string): string {
  return iso.replace(/\.\d+Z$/, '.000Z');
}
