import { describe } from 'vitest';
import { haku } from '../../../src/providers/haku/provider.ts';
import { type ConformanceKit, describeProvider } from '../conformance.ts';

const kit: ConformanceKit = {
  provider: haku,
  eventsPath: '/events?',
  participantsPath: '/participants',
  // HTTP status codes say all of it; a refused login is in token.test.ts.
  ownRefusals: [],
  ownThrottles: [],
  actual: ({ row, kind, removal, modifiedAt }) => ({
    kind,
    firstName: row['first_name'],
    lastName: row['last_name'],
    email: row['email'],
    dob: row['date_of_birth'],
    gender: row['gender'],
    bib: row['bib_number'],
    team: row['team_affiliation'],
    registered: row['registration_date'],
    category: row['participant_id']?.toString().split(':')[1],
    modifiedAt: modifiedAt?.toISOString(),
    removed: removal === undefined ? null : { ...removal, at: removal.at?.toISOString() },
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
    registered: one.registeredAt.slice(0, 19),
    category: one.subEventId ?? '',
    modifiedAt: toSeconds(one.modifiedAt),
    removed: removedOf(one.removedReason, one.removedAt),
  }),
};

describe('Haku', () => {
  describeProvider(kit);
});

describe('Haku, with lists that do not tell when a row changed, in an object, unfiltered', () => {
  describeProvider({
    ...kit,
    // Everybody comes again: the engine compares what the rows look like.
    provider: { ...haku, incremental: false },
    behave: ({ haku: behaviour }) => {
      Object.assign(behaviour, { listShowsUpdatedAt: false, listEnvelope: 'object', honoursUpdatedSince: false });
    },
  });
});

/** Of a registration that was cancelled Haku says when, not why; of a category, only that it is not active. */
function removedOf(reason: string | null, at: string | null) {
  if (reason === null) return null;
  if (reason === 'inactive') return { reason: 'category-inactive', at: undefined };
  return { reason: 'cancelled', at: toSeconds(at ?? '') };
}

/** Haku's times have whole seconds. */
function toSeconds(iso: string): string {
  return iso.replace(/\.\d+Z$/, '.000Z');
}
