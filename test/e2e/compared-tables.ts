/** Where each provider's people and events are stored, and what its answers can tell of those who left. */
import type { ExpectedRegistration } from '../../src/sandbox/expected.ts';
import type { SandboxProvider } from '../../src/sandbox/world.ts';

/** SQL over a row of the table: `null` where the provider does not tell it. */
export type PersonColumn =
  | 'id'
  | 'firstName'
  | 'lastName'
  | 'email'
  | 'dob'
  | 'gender'
  | 'bib'
  | 'team'
  /** The part of the event (distance, category, ticket). */
  | 'part';

const usualNames = { firstName: 'first_name', lastName: 'last_name', email: 'email', gender: 'gender' };

/** Column names stand in the order in which the comparison reads them. */
export interface ComparedTables {
  /** As in `providers`. */
  readonly displayName: string;
  readonly people: { readonly table: string } & Readonly<Record<PersonColumn, string>>;
  readonly events: { readonly table: string; readonly name: string };
  /** Whether its events name their zone; else what is stored is an assumption and not compared. */
  readonly namesZone: boolean;
  readonly races?: { readonly table: string };
  /** Why somebody is marked, by what the sandbox knows; null: not at all. */
  reasonOf(one: ExpectedRegistration): string | null;
  /** Whether teams are told, and how a part is named. */
  readonly tellsTeam: boolean;
  readonly partBy: 'id' | 'name' | null;
  /**
   * Which registration took the place of another: told, never known, or inferred from what two syncs saw, which the sandbox
   * does not know and is not compared.
   */
  readonly movedTo: 'told' | 'unknown' | 'inferred';
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

/** Those of the stand-in of ChronoTrack, as they are stored. */
const chronoTrackStatus: Readonly<Record<string, string>> = {
  cleared: 'deleted',
  removed: 'cancelled',
  transferred: 'transferred',
  deferred: 'deferred',
};

/** A provider is compared from its line on. */
export const comparedTables: Readonly<Partial<Record<SandboxProvider, ComparedTables>>> = {
  runsignup: {
    displayName: 'RunSignUp',
    people: {
      ...usualNames,
      table: 'runsignup_participants',
      id: 'registration_id',
      dob: 'dob',
      bib: 'bib_num',
      team: "team_info ->> 'team_name'",
      part: 'null',
    },
    events: { table: 'runsignup_events', name: 'name' },
    namesZone: true,
    races: { table: 'runsignup_races' },
    reasonOf: ({ removedReason }) => removedReason,
    tellsTeam: true,
    partBy: null,
    movedTo: 'told',
  },
  raceroster: {
    displayName: 'Race Roster',
    people: {
      ...usualNames,
      table: 'raceroster_participants',
      id: 'registration_id',
      dob: 'date_of_birth',
      bib: 'bib_number',
      team: 'team_name',
      part: 'division',
    },
    events: { table: 'raceroster_events', name: 'event_name' },
    namesZone: false,
    // It says only that somebody left.
    reasonOf: (one) => (one.removedReason === null ? absentWhereVanished(one) : 'inactive'),
    tellsTeam: false,
    partBy: 'id',
    movedTo: 'unknown',
  },
  letsdothis: {
    displayName: "Let's Do This",
    people: {
      ...usualNames,
      table: 'letsdothis_participants',
      id: 'registration_id',
      dob: 'date_of_birth',
      bib: 'bib_number',
      team: 'team_name',
      part: 'category',
    },
    events: { table: 'letsdothis_events', name: 'event_name' },
    namesZone: true,
    reasonOf: (one) =>
      one.removedReason === null ? absentWhereVanished(one) : (letsDoThisStatus[one.removedReason] ?? null),
    tellsTeam: true,
    partBy: 'name',
    movedTo: 'unknown',
  },
  haku: {
    displayName: 'Haku',
    people: {
      ...usualNames,
      table: 'haku_participants',
      id: 'participant_id',
      dob: 'date_of_birth',
      bib: 'bib_number',
      team: 'team_affiliation',
      part: "category_details ->> 'master_name'",
    },
    events: { table: 'haku_events', name: 'event_name' },
    namesZone: false,
    reasonOf: (one) => {
      if (one.droppedAt !== null) return 'category-left';
      if (one.removedReason === null) return absentWhereVanished(one);
      return one.removedReason === 'inactive' ? 'category-inactive' : 'cancelled';
    },
    tellsTeam: true,
    partBy: 'name',
    movedTo: 'inferred',
  },
  chronotrack: {
    displayName: 'ChronoTrack',
    people: {
      table: 'ct_participants',
      id: 'entry_id',
      firstName: 'athlete_first_name',
      lastName: 'athlete_last_name',
      email: 'athlete_email',
      dob: 'athlete_birthdate',
      gender: 'athlete_sex',
      bib: 'entry_bib',
      team: 'team_name',
      part: 'race_id',
    },
    events: { table: 'ct_events', name: 'event_name' },
    namesZone: true,
    reasonOf: (one) =>
      one.removedReason === null ? absentWhereVanished(one) : (chronoTrackStatus[one.removedReason] ?? null),
    tellsTeam: true,
    partBy: 'id',
    movedTo: 'unknown',
  },
};

/** @throws where the provider has no line. */
export function comparedTablesOf(provider: SandboxProvider): ComparedTables {
  const tables = comparedTables[provider];
  if (tables === undefined) throw new Error(`nothing says where ${provider} is stored: give it a line here`);
  return tables;
}
