/** What every sync works with; the commands build it once per invocation. */
import type { Clock } from '../domain/clock.ts';
import type { Log } from '../domain/log.ts';
import type { Provider, ProviderSession } from '../domain/provider.ts';
import type { Settings } from '../domain/settings.ts';
import type { RunIdentity } from '../store/claims.ts';
import type { Database } from '../store/database.ts';
import type { Owner } from '../store/participants.ts';

export interface SyncContext {
  readonly database: Database;
  /** By provider id. */
  readonly providers: ReadonlyMap<number, Provider>;
  readonly clock: Clock;
  readonly settings: Settings;
  readonly identity: RunIdentity;
  readonly log: Log;
  /** Aborted by a signal of the system or by the time limit: no new call, no new page. */
  readonly signal: AbortSignal;
  newId(): string;
}

/** A credential at work in this run. */
export interface CredentialRun {
  readonly owner: Owner;
  readonly provider: Provider;
  readonly session: ProviderSession;
  /** How often the provider refused it before. */
  readonly refusals: number;
  /** How often in a row it asked to slow down before. */
  readonly throttles: number;
  /** Calls reserved so far in this run. */
  callsMade(): number;
  /** The unit that the next calls belong to, and how many calls may stand in the sliding hour meanwhile; at most, and without one, the limit. */
  begin(unit: UnitBudget): void;
}

/** What calls are made for, and how much of the hour they may use. */
export interface UnitBudget {
  readonly unitId: string | undefined;
  readonly ceiling?: number;
  /** Called every so often while a call waits for the sliding hour: keeps the claim, and yields the ceiling as it is then. */
  readonly whileWaiting?: () => Promise<number>;
}
