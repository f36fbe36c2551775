/** From results as a scoring system gave them to what is published of one registration event: under whose key, and what not. */
import { type PublishableResult, type ResultKey, type ResultOutcome, textOfKey } from '../domain/publishing.ts';

/** A result of a linked scoring event; times in ms, elapsed. */
export interface ScoredResult {
  readonly resultId: string;
  /** The id that was pushed (`runsignup-91000001`), or the scoring system's own. */
  readonly participantId: string | null;
  readonly bib: string | null;
  readonly name: string;
  /** A `ResultStatus`; null on rows of older programs. */
  readonly status: string | null;
  readonly division: string | null;
  readonly place: number | null;
  readonly clockMs: number | null;
  readonly chipMs: number | null;
  readonly splits: readonly { readonly name: string; readonly timeMs: number | null }[];
}

/** A registration event that is linked to the same scoring events. */
export interface LinkedEvent {
  /** The provider's `name`. */
  readonly provider: string;
  readonly eventId: string;
  /** What a division may call it: with and without the name of its race. */
  readonly names: readonly string[];
}

/** Somebody who is registered in one of them and has not left. */
export interface ActiveRegistration {
  readonly provider: string;
  readonly eventId: string;
  readonly registrationId: string;
  readonly bib: string | null;
}

export interface AssignmentFacts {
  readonly scored: readonly ScoredResult[];
  readonly event: LinkedEvent;
  /** The other registration events, where several are scored together. */
  readonly others: readonly LinkedEvent[];
  readonly registrations: readonly ActiveRegistration[];
  /** The provider's id of a split by its name in the results. */
  readonly splitIds: ReadonlyMap<string, string>;
  /** Ids that were mapped before and are not now: what stands there is taken away. */
  readonly formerSplitIds: readonly string[];
  problemOf(key: ResultKey): string | undefined;
}

/** What can be published, with the result it was made of. */
export interface Assigned {
  readonly result: PublishableResult;
  readonly source: ScoredResult;
}

export interface Assignment {
  readonly assigned: readonly Assigned[];
  /** Results of this event that are not published, each with its reason: a person has to look. */
  readonly refused: readonly { readonly source: ScoredResult; readonly why: string }[];
  /** Still on the course. */
  readonly racing: number;
  /** Results of people of the other events. */
  readonly elsewhere: number;
}

/**
 * A result goes to the event that its registration is in. One of a bib that nobody holds goes to the only linked event, or
 * to the one that its division names; two results for one person are refused both, since nobody knows which is right.
 */
export function assignResults(facts: AssignmentFacts): Assignment {
  const bibs = holdersByBib(facts.registrations);
  const sources = new Map(facts.registrations.map((one) => [`${one.provider}-${one.registrationId}`, one]));
  const byKey = new Map<string, Assigned[]>();
  const refused: { source: ScoredResult; why: string }[] = [];
  let racing = 0;
  let elsewhere = 0;
  for (const source of facts.scored) {
    if (source.status === 'started') {
      racing += 1;
      continue;
    }
    const owner = ownerOf(source, facts, sources, bibs);
    if (owner.kind === 'elsewhere') {
      elsewhere += 1;
      continue;
    }
    const made = owner.kind === 'refused' ? owner : resultOf(source, owner.key, facts);
    if (made.kind === 'refused') {
      refused.push({ source, why: made.why });
      continue;
    }
    const key = textOfKey(made.result.key);
    const same = byKey.get(key);
    if (same) same.push({ result: made.result, source });
    else byKey.set(key, [{ result: made.result, source }]);
  }
  const assigned: Assigned[] = [];
  for (const [key, results] of byKey) {
    if (results.length === 1) assigned.push(...results);
    else refused.push(...results.map(({ source }) => ({ source, why: `one of ${results.length} results for ${key}` })));
  }
  return { assigned, refused, racing, elsewhere };
}

type Refused = { readonly kind: 'refused'; readonly why: string };
type Owner = { readonly kind: 'ours'; readonly key: ResultKey } | { readonly kind: 'elsewhere' } | Refused;

function ownerOf(
  source: ScoredResult,
  facts: AssignmentFacts,
  sources: ReadonlyMap<string, ActiveRegistration>,
  bibs: ReadonlyMap<string, readonly ActiveRegistration[]>,
): Owner {
  const { event } = facts;
  const isOurs = (one: ActiveRegistration) => one.provider === event.provider && one.eventId === event.eventId;
  const ownerByRegistration = (one: ActiveRegistration): Owner =>
    isOurs(one) ? { kind: 'ours', key: { registrationId: one.registrationId } } : { kind: 'elsewhere' };
  const pushed = source.participantId === null ? undefined : sources.get(source.participantId);
  if (pushed) return ownerByRegistration(pushed);
  const bib = source.bib?.trim() ?? '';
  if (bib === '') return { kind: 'refused', why: 'it has neither a registration that we know nor a bib' };
  const holders = bibs.get(bib) ?? [];
  const [holder] = holders;
  if (holder && wasPushed(source, facts)) {
    // A registration that has left, or is in an event that is not linked: whoever wears the bib now is somebody else.
    return holders.some(isOurs)
      ? { kind: 'refused', why: `bib ${bib} is another registration's than the one that was scored` }
      : { kind: 'elsewhere' };
  }
  if (holder && holders.length === 1) return ownerByRegistration(holder);
  if (holder) {
    const named = holders.filter((one) => namesEvent(source, eventOf(one, facts)));
    const [only] = named;
    if (only && named.length === 1) return ownerByRegistration(only);
    return holders.some(isOurs)
      ? { kind: 'refused', why: `bib ${bib} belongs to ${holders.length} registrations` }
      : { kind: 'elsewhere' };
  }
  return ownerOfUnknownBib(source, bib, facts);
}

function ownerOfUnknownBib(source: ScoredResult, bib: string, facts: AssignmentFacts): Owner {
  const key = { bib };
  if (facts.others.length === 0) return { kind: 'ours', key };
  const named = [facts.event, ...facts.others].filter((one) => namesEvent(source, one));
  if (named.length !== 1) {
    return { kind: 'refused', why: `nobody is registered with bib ${bib}, and its division names none of the events` };
  }
  return named[0] === facts.event ? { kind: 'ours', key } : { kind: 'elsewhere' };
}

function wasPushed({ participantId }: ScoredResult, { event, others }: AssignmentFacts): boolean {
  return [event, ...others].some(({ provider }) => participantId?.startsWith(`${provider}-`) ?? false);
}

function eventOf(registration: ActiveRegistration, { event, others }: AssignmentFacts): LinkedEvent | undefined {
  return [event, ...others].find(
    (one) => one.provider === registration.provider && one.eventId === registration.eventId,
  );
}

function namesEvent({ division }: ScoredResult, event: LinkedEvent | undefined): boolean {
  return division !== null && (event?.names.some((name) => plain(name) === plain(division)) ?? false);
}

function plain(name: string): string {
  return name.trim().toLowerCase().replace(/\s+/g, ' ');
}

function holdersByBib(registrations: readonly ActiveRegistration[]): ReadonlyMap<string, ActiveRegistration[]> {
  const holders = new Map<string, ActiveRegistration[]>();
  for (const one of registrations) {
    const bib = one.bib?.trim();
    if (!bib) continue;
    const others = holders.get(bib);
    if (!others) holders.set(bib, [one]);
    // An adopted table may hold a registration twice.
    else if (!others.some((other) => isSame(other, one))) others.push(one);
  }
  return holders;
}

function isSame(a: ActiveRegistration, b: ActiveRegistration): boolean {
  return a.provider === b.provider && a.registrationId === b.registrationId && a.eventId === b.eventId;
}

const outcomes: Readonly<Record<string, ResultOutcome>> = {
  finished: 'finished',
  dnf: 'dnf',
  // Who gave up has started, and did not finish.
  withdrawn: 'dnf',
  'not-started': 'dns',
  dsq: 'dq',
};

function resultOf(
  source: ScoredResult,
  key: ResultKey,
  facts: AssignmentFacts,
): { readonly kind: 'made'; readonly result: PublishableResult } | Refused {
  const problem = facts.problemOf(key);
  if (problem !== undefined) return { kind: 'refused', why: problem };
  const timed = source.clockMs !== null || source.chipMs !== null;
  const outcome = source.status === null ? (timed ? 'finished' : undefined) : outcomes[source.status];
  if (outcome === undefined) return { kind: 'refused', why: `nobody knows its status (${source.status ?? 'none'})` };
  const finished = outcome === 'finished';
  if (finished && !timed) return { kind: 'refused', why: 'it is a finish without a time' };
  const splits = splitsOf(source, facts);
  const times = [...(finished ? [source.clockMs, source.chipMs] : []), ...Object.values(splits)];
  if (times.some((ms) => ms !== null && ms <= 0)) return { kind: 'refused', why: 'a time of it is not above zero' };
  return {
    kind: 'made',
    result: {
      key,
      outcome,
      // Some systems count from one and write 0 where there is no place.
      place: finished && source.place !== null && source.place > 0 ? source.place : null,
      clockMs: finished ? source.clockMs : null,
      chipMs: finished ? source.chipMs : null,
      splits,
    },
  };
}

function splitsOf(source: ScoredResult, facts: AssignmentFacts): Record<string, number | null> {
  const times = new Map(source.splits.map((split) => [plain(split.name), split.timeMs]));
  const splits: Record<string, number | null> = {};
  for (const id of facts.formerSplitIds) splits[id] = null;
  for (const [name, id] of facts.splitIds) splits[id] = times.get(plain(name)) ?? null;
  return splits;
}
