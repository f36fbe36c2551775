/** What `migrate` found in the tables of older programs that it takes over, and what it does about each. */

export type FindingKind =
  | 'duplicates'
  | 'no-partner'
  | 'shared'
  | 'no-event'
  | 'short-columns'
  | 'kept-columns'
  | 'older-shape'
  | 'plain-secrets'
  | 'statuses'
  | 'missing-tables'
  | 'old-keys'
  | 'foreign-keys'
  | 'views'
  | 'replication'
  | 'same-keys'
  | 'providers';

export interface AdoptionFinding {
  readonly kind: FindingKind;
  /** Undefined where it is about several. */
  readonly table: string | undefined;
  /** Rows, columns or tables, as the message says. */
  readonly count: number;
  readonly message: string;
  /** What `migrate` does about it, or what is left to do. */
  readonly action: string;
}

export interface AdoptionReport {
  /** Tables of older programs that are taken over. */
  readonly tables: readonly string[];
  readonly findings: readonly AdoptionFinding[];
}

/** What `migrate` would do to a database. */
export interface MigrationPlan {
  /** Names of the steps that are missing. */
  readonly missing: readonly string[];
  /** Undefined where there is nothing of older programs to take over. */
  readonly adoption: AdoptionReport | undefined;
  /** What would be run, in order; one text per statement. */
  readonly statements: readonly string[];
}
