/** What `doctor` says of the work itself: discovery, events that fall behind, failures, rows and time zones. Pure. */
import { shorten } from '../report/display-width.ts';
import { type Finding, ok, problem, warning } from '../report/finding.ts';
import { nounText } from '../report/numbers.ts';
import { spanText } from '../report/relative-time.ts';
import { safeClause } from '../report/safe-text.ts';
import type { EventFacts, WorkFacts } from './doctor-facts.ts';
import { discoveryMs } from './doctor-judge-timers.ts';

/** Beats of the high window that may be missed: one is jitter, two are a slow answer. */
const missedBeats = 3;
/** Named in a finding; `status` names all. */
const namesShown = 3;
/** A reason longer than this is told in full by `status --json`. */
const reasonColumns = 140;

/** @param highEveryMinutes the pace of the high window as it is set. */
export function judgeWork(work: WorkFacts, now: Date, highEveryMinutes: number): readonly Finding[] {
  return [
    ...judgeDiscovery(work, now),
    ...judgeHighEvents(work.events, missedBeats * highEveryMinutes * 60_000),
    ...judgeFailures(work.events),
    judgeRejected(work.rejectedRows),
    judgeZones(work.events),
  ];
}

function judgeDiscovery({ credentials }: WorkFacts, now: Date): readonly Finding[] {
  // Those that the provider refuses have a finding of their own, and discover nothing until it is dealt with.
  const asked = credentials.filter((one) => one.registrations && !one.refused && !one.unusable);
  const nameOf = (one: (typeof asked)[number]) => `${one.partnerId}:${one.provider}`;
  const never = asked.filter((one) => !one.lastDiscoveryAt);
  const stale = asked.filter(
    (one) => one.lastDiscoveryAt && now.getTime() - one.lastDiscoveryAt.getTime() > discoveryMs,
  );
  const found: Finding[] = [];
  if (stale.length > 0) {
    const text = `no new event was looked for within ${spanText(discoveryMs)}: ${listed(stale.map(nameOf))}`;
    const hint = 'Do the timers run? `p88sync discover` looks now, and says what is in the way.';
    found.push(problem('discovery', text, hint, 'someFailed'));
  }
  if (never.length > 0) {
    const text = `events were never looked for: ${listed(never.map(nameOf))}`;
    found.push(warning('discovery', text, '`p88sync discover` looks now, the timer at 6:00 and 18:00 UTC.'));
  }
  if (found.length > 0) return found;
  return asked.length > 0 ? [ok('discovery', `every credential within ${spanText(discoveryMs)}`)] : [];
}

function judgeHighEvents(events: readonly EventFacts[], tolerableMs: number): readonly Finding[] {
  const high = events.filter((event) => event.priority === 'high');
  if (high.length === 0) return [ok('highEvents', 'no event is near its start')];
  const late = high
    .filter((event) => !event.running && (event.lagMs ?? Number.POSITIVE_INFINITY) > tolerableMs)
    .sort((a, b) => (b.lagMs ?? Number.POSITIVE_INFINITY) - (a.lagMs ?? Number.POSITIVE_INFINITY));
  if (late.length === 0) return [ok('highEvents', `${nounText(high.length, 'event')} near the start, none behind`)];
  const names = late.map(({ spec, lagMs }) => `${spec} (${lagMs === undefined ? 'never synced' : spanText(lagMs)})`);
  const text = `${late.length} of ${nounText(high.length, 'event')} near the start ${late.length === 1 ? 'is' : 'are'} more than ${spanText(tolerableMs)} behind: ${listed(names)}`;
  const hint = late.some((event) => event.budgetBinds)
    ? "The hour's calls do not reach for all of them: raise P88SYNC_<PROVIDER>_CALLS_PER_HOUR where the provider allows more."
    : 'The timers do not run, or the syncs fail: `p88sync tick` does it now, and says what is in the way.';
  return [problem('highEvents', text, hint, 'someFailed')];
}

function judgeFailures(events: readonly EventFacts[]): readonly Finding[] {
  const withStatus = (status: string) => events.filter((event) => event.failure?.status === status);
  const reasons = (some: readonly EventFacts[]) =>
    listed(some.map(({ spec, failure }) => `${spec} (${shorten(safeClause(failure?.reason ?? ''), reasonColumns)})`));
  const permanent = withStatus('failed_permanent');
  const passing = withStatus('failed');
  const found: Finding[] = [];
  if (permanent.length > 0) {
    const text = `${nounText(permanent.length, 'event')} failed for good: ${reasons(permanent)}`;
    const hint = `Once it is mended: \`p88sync sync-event ${permanent[0]?.spec}\`.`;
    found.push(problem('failures', text, hint, 'someFailed'));
  }
  if (passing.length > 0) {
    const text = `${nounText(passing.length, 'event')} failed: ${reasons(passing)}`;
    found.push(warning('failures', text, 'Nothing yet: they are tried again within minutes.'));
  }
  return found.length > 0 ? found : [ok('failures', 'none')];
}

function judgeRejected(rows: number): Finding {
  if (rows === 0) return ok('rejectedRows', 'none');
  const text = `${nounText(rows, 'row')} of providers could not be stored`;
  return warning('rejectedRows', text, 'Which and why: `select event_id, error, source_text from rejected_rows`.');
}

function judgeZones(events: readonly EventFacts[]): Finding {
  const assumed = events.filter((event) => event.timeZoneAssumed);
  if (assumed.length === 0) return ok('timeZones', 'every upcoming event names its own');
  const names = assumed.map(({ spec, timeZone }) => `${spec} (${timeZone})`);
  const text = `assumed for ${nounText(assumed.length, 'upcoming event')}: ${listed(names)}`;
  const hint =
    'Where a start is wrong in `p88sync status`, set the zone: `p88sync credentials add … --config \'{"time_zone":"America/Denver"}\'`.';
  return warning('timeZones', text, hint);
}

function listed(names: readonly string[]): string {
  const more = names.length - namesShown;
  return `${names.slice(0, namesShown).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
