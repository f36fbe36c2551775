/** `publish-results --json`. Fields are added, never renamed; times of results in ms. No names of people are in it. */
import type { Change, PublishableResult, PublishedResult, ShownTime } from '../domain/publishing.ts';
import type { PublicationReport } from './publication-text.ts';

export function publicationJson(report: PublicationReport) {
  const { set, publication } = report;
  const count = (kind: Change['kind']) => publication.changes.filter((change) => change.kind === kind).length;
  return {
    event: { id: report.spec, name: report.eventName },
    resultSet: {
      id: set.id ?? null,
      name: set.name,
      isPublic: set.isPublic ?? null,
      isPreliminary: set.isPreliminary ?? null,
      /** Null: p88sync did not make the set. */
      notify: set.notify ?? null,
    },
    /** nothing, post or replace. */
    action: publication.action,
    counts: {
      wanted: report.wanted,
      added: count('added'),
      changed: count('changed'),
      removed: count('removed'),
      unchanged: publication.unchanged,
    },
    outcomes: { finished: 0, dnf: 0, dns: 0, dq: 0, ...report.outcomes },
    racing: report.racing,
    elsewhere: report.elsewhere,
    refused: report.refused.map((one) => ({ ...one })),
    unmappedSplits: [...report.unmappedSplits],
    changes: publication.changes.map((change) => ({
      kind: change.kind,
      bib: report.person(change).bib || null,
      before: change.kind === 'added' ? null : publishedJson(change.published),
      after: change.kind === 'removed' ? null : wantedJson(change.wanted),
    })),
  };
}

function wantedJson({ key, outcome, place, clockMs, chipMs, splits }: PublishableResult) {
  const registrationId = 'registrationId' in key ? key.registrationId : null;
  return { registrationId, outcome, place, clockMs, chipMs, splits: { ...splits } };
}

function publishedJson({ registrationId, place, clock, chip, splits }: PublishedResult) {
  return {
    registrationId: registrationId ?? null,
    place,
    clock: shownJson(clock),
    chip: shownJson(chip),
    splits: Object.fromEntries(Object.entries(splits).map(([id, time]) => [id, shownJson(time)])),
  };
}

/** Ms, or the word that stands there. */
function shownJson(time: ShownTime | null): number | string | null {
  if (time === null) return null;
  if ('ms' in time) return time.ms;
  return 'outcome' in time ? time.outcome : time.unknown;
}
