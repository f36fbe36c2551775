/** What a provider hands to the conformance suite. */
import type { Provider } from '../../src/domain/provider.ts';
import type { ParticipantRecord } from '../../src/domain/records.ts';
import type { ExpectedRegistration } from '../../src/sandbox/expected.ts';
import type { FaultOptions } from '../../src/sandbox/faults.ts';
import type { World } from '../../src/sandbox/world.ts';

/** A participant in a flat form that record and sandbox share. */
export type Flat = Readonly<Record<string, unknown>>;

export interface ConformanceKit {
  readonly provider: Provider;
  /** Part of the path that lists events, of the one that lists participants. */
  readonly eventsPath: string;
  readonly participantsPath: string;
  /** Its own ways to say, beside HTTP status codes, that the credential is refused, and that calls come too fast. */
  readonly ownRefusals: readonly FaultOptions[];
  readonly ownThrottles: readonly FaultOptions[];
  /** What a page that comes again means to this provider: `ends` where it answers the last page for ever. Default: `fails`. */
  readonly repeatedPage?: 'fails' | 'ends';
  /** It looks at its list again before it ends, so that a row which was bad once may come out good. Default: false. */
  readonly looksAgain?: boolean;
  /** Sets the stand-in's switches, where the suite is to run on another answer to what is unknown. */
  behave?(behaviour: World['behaviour']): void;
  /** True: the principal is a name (an e-mail) that `check` may show; it is no secret. */
  readonly showsPrincipal?: boolean;
  /** What the record says, and what it should say; `removed` is in both. */
  actual(record: ParticipantRecord): Flat;
  expected(registration: ExpectedRegistration): Flat;
}
