/** Compares the results that are wanted with the set as the provider shows it: what to post, and whether to clear first. Pure. */
import type { Change, Publication, PublishableResult, PublishedResult, ShownTime } from '../domain/publishing.ts';

export interface PublicationFacts {
  readonly wanted: readonly PublishableResult[];
  readonly published: readonly PublishedResult[];
  /** Bibs of registrations, for a provider that shows rows by their bib alone. */
  readonly bibs: ReadonlyMap<string, string>;
  /**
   * The very same results were the last that we published, so what the provider does not show (decimals, splits) is as it
   * ought to be; otherwise such rows are posted again.
   */
  readonly sameAsLast: boolean;
}

export function planPublication(facts: PublicationFacts): Publication {
  const { wanted, published } = facts;
  const found = matchRows(facts);
  const left = new Set(published);
  const showsSplits = published.some((row) => Object.keys(row.splits).length > 0);
  const changes: Change[] = [];
  const fresh = new Set<PublishableResult>();
  for (const result of wanted) {
    const row = found.get(result);
    if (row === undefined) {
      changes.push({ kind: 'added', wanted: result });
      fresh.add(result);
      continue;
    }
    left.delete(row);
    const likeness = compare(result, row, showsSplits);
    if (likeness === 'different' || (likeness === 'unclear' && !facts.sameAsLast)) {
      changes.push({ kind: 'changed', wanted: result, published: row });
    }
  }
  const removed = [...left].map((row): Change => ({ kind: 'removed', published: row }));
  const touched = new Set(changes.flatMap((change) => (change.kind === 'removed' ? [] : [change.wanted])));
  const action = removed.length > 0 ? 'replace' : touched.size > 0 ? 'post' : 'nothing';
  const sent = action === 'replace' ? wanted : wanted.filter((result) => touched.has(result));
  return {
    action,
    changes: [...removed, ...changes],
    unchanged: wanted.length - touched.size,
    // A row that is not there has nothing to take away.
    send: sent.map((result) => (action === 'replace' || fresh.has(result) ? withoutNoSplits(result) : result)),
  };
}

/** Each row belongs to one result at most: registrations choose first, then bibs. */
function matchRows({ wanted, published, bibs }: PublicationFacts): ReadonlyMap<PublishableResult, PublishedResult> {
  const found = new Map<PublishableResult, PublishedResult>();
  const byRegistration = new Map(
    published.flatMap((row) => (row.registrationId ? [[row.registrationId, row] as const] : [])),
  );
  const free = new Set(published);
  const take = (result: PublishableResult, row: PublishedResult | undefined) => {
    if (row === undefined || !free.delete(row)) return;
    found.set(result, row);
  };
  for (const result of wanted) {
    if ('registrationId' in result.key) take(result, byRegistration.get(result.key.registrationId));
  }
  const byBib = new Map([...free].flatMap((row) => (row.bib ? [[row.bib, row] as const] : [])));
  // What was posted by its bib may be shown with the registration that the provider found.
  for (const result of wanted) if ('bib' in result.key) take(result, byBib.get(result.key.bib));
  // Where registrations are shown, a row without one was posted by its bib: it goes, or one person would stand there twice.
  if (byRegistration.size > 0) return found;
  for (const result of wanted) {
    const bib = 'registrationId' in result.key ? bibs.get(result.key.registrationId) : undefined;
    if (bib !== undefined) take(result, byBib.get(bib));
  }
  return found;
}

/** `unclear`: the same as far as it is shown. */
type Likeness = 'same' | 'unclear' | 'different';

function compare(wanted: PublishableResult, row: PublishedResult, showsSplits: boolean): Likeness {
  const parts = [...compareFinish(wanted, row)];
  for (const [id, ms] of Object.entries(wanted.splits)) {
    parts.push(showsSplits ? compareTime(ms, row.splits[id] ?? null) : 'unclear');
  }
  return parts.includes('different') ? 'different' : parts.includes('unclear') ? 'unclear' : 'same';
}

function compareFinish(wanted: PublishableResult, row: PublishedResult): readonly Likeness[] {
  const { outcome, place } = wanted;
  if (outcome !== 'finished') {
    const shown = [row.clock, row.chip].filter((time) => time !== null);
    const agrees = shown.length > 0 && shown.every((time) => 'outcome' in time && time.outcome === outcome);
    return [agrees && row.place === null ? 'same' : 'different'];
  }
  return [
    // Without a place of ours the provider may count for itself.
    place === null || place === row.place ? 'same' : 'different',
    compareTime(wanted.clockMs, filledIn(wanted.clockMs, row.clock, wanted.chipMs)),
    compareTime(wanted.chipMs, filledIn(wanted.chipMs, row.chip, wanted.clockMs)),
  ];
}

/** A provider that was given one of the two times may show it as the other one too. */
function filledIn(ms: number | null, shown: ShownTime | null, otherMs: number | null): ShownTime | null {
  return ms === null && shown !== null && otherMs !== null && compareTime(otherMs, shown) !== 'different'
    ? null
    : shown;
}

function compareTime(ms: number | null, shown: ShownTime | null): Likeness {
  if (ms === null || shown === null) return ms === null && shown === null ? 'same' : 'different';
  if (!('ms' in shown)) return 'different';
  if (shown.stepMs === 1) return shown.ms === ms ? 'same' : 'different';
  // Whether the provider cuts decimals off or rounds them is not known.
  const agrees = [Math.floor, Math.round].some((to) => to(ms / shown.stepMs) * shown.stepMs === shown.ms);
  return agrees ? 'unclear' : 'different';
}

function withoutNoSplits(result: PublishableResult): PublishableResult {
  const splits = Object.fromEntries(Object.entries(result.splits).filter(([, ms]) => ms !== null));
  return { ...result, splits };
}
