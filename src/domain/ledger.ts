/**
 * The log of calls as the HTTP layer sees it: a call is reserved before it is made, so that the budget holds across
 * processes and hosts, and settled afterwards. The store implements it on `api_calls`.
 */
export interface CallLedger {
  /**
   * Takes one call out of the credential's sliding hour.
   * @throws BudgetSpent where there is no room before the run must end.
   */
  reserve(call: { method: string; path: string }): Promise<Reservation>;
  settle(reservation: Reservation, result: CallResult): Promise<void>;
}

export interface Reservation {
  readonly callId: number;
  /** Not before (UTC): a second after the credential's previous call, whichever process made that one. */
  readonly startAt: Date;
}

export interface CallResult {
  /** HTTP status; undefined where no answer came. */
  readonly status: number | undefined;
  readonly durationMs: number;
  readonly bytes: number;
  /** The error's class and code, never a body: `ECONNRESET`, `timeout`. */
  readonly error: string | undefined;
}
