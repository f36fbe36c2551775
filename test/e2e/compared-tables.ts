/** Where each provider's people and events are stored, and what its answers can tell of those who left. */
import type { ExpectedRegistration } from '../../src/sandbox/expected.ts';
import type { SandboxProvider } from '../../src/sandbox/world.ts';

/** Column names stand in the order in which the comparison reads them. */
export interface ComparedTables {
  /** As in `providers`. */
  readonly displayName: string;
  readonly people: { readonly table: string; readonly id: string; readonly dob: string; readonly bib: string };
  readonly events: { readonly table: string; readonly name: string };
  /** Whether its events name their zone; else what is stored is an assumption and not compared. */
  readonly namesZone: boolean;
  readonly races?: { readonly table: string };
  /** Why somebody is marked, by what the sandbox knows; null: not at all. */
  reasonOf(one: ExpectedRegistration): string | null;
  /** Whether it tells which registration took the place of another. */
  readonly tellsMovedTo: boolean;
}

/** Without a list of removals, whoever is not listed any more is absent. */
const absentWhereVanished = ({ vanishedAt }: ExpectedRegistration) => (vanishedAt === null ? null : 'absent');

/** The statuses of the stand-in of Let's Do This. */
const letsDoThisStatus: Readonly<Record<string, string>> = {
  cleared: 'cancelled',
  removed: 'refunded',
  transferred: 'transferred',
  deferred: 'deferred',
};

/** A provider is compared from its line on. */
export const comparedTables: Readonly<Partial<Record<SandboxProvider, ComparedTables>>> = {
  runsignup: {
    displayName: 'RunSignUp',
    people: { table: 'runsignup_participants', id: 'registration_id', dob: 'dob', bib: 'bib_num' },
    events: { table: 'runsignup_events', name: 'name' },
    namesZone: true,
    races: { table: 'runsignup_races' },
    reasonOf: ({ removedReason }) => removedReason,
    tellsMovedTo: true,
  },
  raceroster: {
    displayName: 'Race Roster',
    people: { table: 'raceroster_participants', id: 'registration_id', dob: 'date_of_birth', bib: 'bib_number' },
    events: { table: 'raceroster_events', name: 'event_name' },
    namesZone: false,
    // It says only that somebody left.
    reasonOf: (one) => (one.removedReason === null ? absentWhereVanished(one) : 'inactive'),
    tellsMovedTo: false,
  },
  letsdothis: {
    displayName: "Let's Do This",
    people: { table: 'letsdothis_participants', id: 'registration_id', dob: 'date_of_birth', bib: 'bib_number' },
    events: { table: 'letsdothis_events', name: 'event_name' },
    namesZone: true,
    reasonOf: (one) =>
      one.removedReason === null ? absentWhereVanished(one) : (letsDoThisStatus[one.removedReason] ?? null),
    tellsMovedTo: false,
  },
};

/** @throws where the provider has no line. */
export function comparedTablesOf(provider: SandboxProvider): ComparedTables {
  const tables = comparedTables[provider];
  if (tables === undefined) throw new Error(`nothing says where ${provider} is stored: give it a line here`);
  return tables;
}
