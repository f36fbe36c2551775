/**
 * Errors, sorted by what to do about them, not by where they came from. Every message names what happened to what;
 * `hint` says what the operator does next. `src/domain/exit-codes.ts` turns them into the exit code.
 * A message never holds a secret or a person's data.
 */
export abstract class P88Error extends Error {
  /** One sentence for the operator: what to do next. */
  readonly hint: string | undefined;

  constructor(message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.hint = options.hint;
  }
}

/** A flag, a file or an environment value is wrong: nothing was done. */
export class UsageError extends P88Error {}

/** The database cannot be reached, refuses us, or its schema is older or newer than this program. */
export class DatabaseUnavailable extends P88Error {}

/**
 * The connection to the database broke off: what was under way on it may have been done or not. A new one may work; whoever
 * had something in hand looks at what is there, or leaves it to the next run.
 */
export class ConnectionLost extends DatabaseUnavailable {}

/**
 * The database did not carry out a statement in the time that it may take, or others held what it needs. Done or not as above,
 * and the rest of the run goes on; but it counts as a failure of what was in hand, which may meet the same again.
 */
export class StatementGivenUp extends DatabaseUnavailable {}

/** Another process holds the embedded database. */
export class EmbeddedDatabaseBusy extends P88Error {}

/** The provider says the credential is wrong or lacks rights: no retry helps, a person is needed. */
export class CredentialRefused extends P88Error {}

/** Going on could destroy data (a listing without most of the people): a person decides. */
export class SafetyStop extends P88Error {}

/** A failure of the provider or of the way there; the same call may work later. */
export class ProviderUnavailable extends P88Error {}

/** The provider asks us to slow down. */
export class ProviderThrottled extends P88Error {
  /** Earliest time (UTC) of the next call with this credential, where the provider named one. */
  readonly retryAt: Date | undefined;

  constructor(message: string, options: { hint?: string; cause?: unknown; retryAt?: Date } = {}) {
    super(message, options);
    this.retryAt = options.retryAt;
  }
}

/** The provider answered, yet not in a form we know (HTML, an unknown envelope, truncated JSON): never "no participants". */
export class UnknownAnswer extends P88Error {}

/** The provider understood the call and refused it (event not found, bad parameter): only this race or event is concerned. */
export class CallRefused extends P88Error {
  /** The HTTP status it was refused with; undefined where the provider says it in another way. */
  readonly status: number | undefined;

  constructor(message: string, options: { hint?: string; cause?: unknown; status?: number } = {}) {
    super(message, options);
    this.status = options.status;
  }
}

/** The hourly budget of the credential has no room for this call before the run must end. */
export class BudgetSpent extends P88Error {
  /** When the sliding hour has room again (UTC). */
  readonly freeAt: Date;

  constructor(message: string, options: { freeAt: Date; hint?: string }) {
    super(message, options);
    this.freeAt = options.freeAt;
  }
}

/** Our claim on the event was taken over by another run: this one must not write any more. */
export class ClaimLost extends P88Error {}

/** The run was told to end (signal or time limit) between two pages; what was stored stays, the rest is left. */
export class Interrupted extends P88Error {}

/** The run did not end by itself after its time limit, and is ended by force. */
export class RunOverdue extends P88Error {}
