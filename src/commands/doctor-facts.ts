/** What `doctor` looks at: gathered by doctor-gather.ts, judged by doctor-judge.ts. Types only; times are UTC. */
import type { Exposure } from '../domain/file-access.ts';
import type { Failure } from '../domain/outcomes.ts';
import type { Pace } from '../domain/planning.ts';
import type { SecretForm, ServerState } from '../store/doctor-reads.ts';
import type { ConfigurationFacts } from './context.ts';

export interface DoctorFacts {
  /** The run's clock: the database's where it is there. */
  readonly now: Date;
  readonly nodeVersion: string;
  readonly configuration: ConfigurationFacts;
  /** A settings file of the timers is there. */
  readonly hasSettingsFile: boolean;
  /** Files of the timers that others get at; systemd hands them on, so that no run sees their modes. */
  readonly exposed: readonly (Exposure & { readonly path: string })[];
  readonly timers: TimerFacts;
  readonly database: DatabaseFacts | Failure;
}

export interface DatabaseFacts {
  readonly shown: string;
  readonly server: ServerState;
  readonly clock: ClockReading;
  /** Undefined: it fits. */
  readonly schema: Failure | undefined;
  /** As `INSERT on sync_history`; empty too where the schema does not fit. */
  readonly missingRights: readonly string[];
  /** Undefined where the schema does not fit. */
  readonly work: WorkFacts | undefined;
}

/** Another clock said `at`, somewhen between two readings of this machine's. */
export interface ClockReading {
  readonly before: Date;
  readonly at: Date;
  readonly after: Date;
}

export interface TimerState {
  readonly enabled: boolean;
  readonly active: boolean;
}

export interface TimerFacts {
  /** Undefined on a machine that systemd does not run. */
  readonly systemd: { readonly tick: TimerState; readonly discover: TimerState } | undefined;
  /** /etc/cron.d/p88sync starts the tick. */
  readonly cron: boolean;
}

export interface WorkFacts {
  readonly partners: number;
  readonly credentials: readonly CredentialFacts[];
  /** Credentials of providers that this program does not know, by the name in the table. */
  readonly unknownProviders: readonly string[];
  /** Upcoming ones, and those that are not over. */
  readonly events: readonly EventFacts[];
  readonly rejectedRows: number;
}

export interface CredentialFacts {
  readonly credentialId: number;
  readonly partnerId: number;
  readonly partner: string;
  readonly provider: string;
  readonly providerName: string;
  readonly form: SecretForm;
  /** Why it cannot be used as it is stored. */
  readonly unusable: Failure | undefined;
  /** As the last run left it. */
  readonly refused: { readonly since: Date; readonly reason: string } | undefined;
  readonly call: CallFacts;
  /** The provider's clock, where it answered. */
  readonly clock: ClockReading | undefined;
  /** False: a scoring system, which has no events to be discovered. */
  readonly registrations: boolean;
  readonly lastDiscoveryAt: Date | undefined;
}

export type CallFacts =
  /** `until`: the provider asked for a pause; else nobody wanted the call. */
  | { readonly status: 'not-made'; readonly until?: Date }
  | { readonly status: 'accepted'; readonly belongsTo: string }
  | { readonly status: 'failed'; readonly failure: Failure };

export interface EventFacts {
  /** What operators type: `1:runsignup:974559`. */
  readonly spec: string;
  readonly priority: Pace['priority'];
  /** Since the start of the last completed sync (ms); undefined: never. */
  readonly lagMs: number | undefined;
  readonly lastSyncAt: Date | undefined;
  readonly running: boolean;
  /** Its credential's hour does not hold all high events at their pace. */
  readonly budgetBinds: boolean;
  readonly failure:
    | { readonly status: 'failed' | 'failed_permanent' | 'abandoned'; readonly reason: string }
    | undefined;
  readonly timeZone: string;
  readonly timeZoneAssumed: boolean;
}
