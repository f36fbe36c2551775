/** Result sets as a registration provider holds them, in a neutral form: what the stand-ins fill and tests look at. */

export interface ResultSet {
  readonly id: number;
  readonly eventId: string;
  readonly name: string;
  readonly isPublic: boolean;
  readonly isPreliminary: boolean;
  readonly notifies: boolean;
  /** By key: `registration 91000001`, `bib 17`, `chip A1`; in the order in which they were first posted. */
  readonly rows: Map<string, ResultRow>;
  /** Who would have been told, once for each row that landed. */
  readonly notified: string[];
}

export interface ResultRow {
  readonly registrationId: number | null;
  /** As posted; of a registration, the one that it has when it is read. */
  readonly bib: string | null;
  readonly chip: string | null;
  readonly place: number | null;
  /** `0:41:07.300`, `DQ`, or null. */
  readonly clockTime: string | null;
  readonly chipTime: string | null;
  /** By id of the split. */
  readonly splits: Readonly<Record<string, string>>;
}

/** What is not known of how RunSignUp takes and shows results. */
export interface ResultsBehaviour {
  /** False: rows are shown by their bib alone. */
  showsRegistrationIds: boolean;
  /** Decimals of the times that are shown, 0 to 3; the others are cut off. */
  decimals: number;
  showsSplits: boolean;
  /** Where the parameters of new-result-set and clear-results are read. */
  parametersIn: 'query' | 'form';
  /** Rows per page at most. */
  pageCap: number;
}

export const usualResultsBehaviour: ResultsBehaviour = {
  showsRegistrationIds: true,
  decimals: 3,
  showsSplits: true,
  parametersIn: 'query',
  pageCap: 100,
};

/** What GET /control/result-sets tells. */
export function toldResultSets(sets: readonly ResultSet[], eventId: string | undefined) {
  return sets
    .filter((set) => eventId === undefined || set.eventId === eventId)
    .map(({ rows, ...set }) => ({ ...set, rows: [...rows].map(([key, row]) => ({ key, ...row })) }));
}
