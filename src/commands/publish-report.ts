/** What the report of `publish-results` is made of. */
import type { ResultOutcome } from '../domain/publishing.ts';
import type { PublicationReport } from '../report/publication-text.ts';
import type { Prepared } from '../sync/publish.ts';
import type { OpenedJob } from './publish-job.ts';

export function publicationReport(
  { spec, provider, job, facts }: Pick<OpenedJob, 'spec' | 'provider' | 'job' | 'facts'>,
  { chosen, publication }: Prepared,
): PublicationReport {
  const { assignment } = facts;
  const sources = new Map(assignment.assigned.map(({ result, source }) => [JSON.stringify(result.key), source]));
  const outcomes: Partial<Record<ResultOutcome, number>> = {};
  for (const { outcome } of job.wanted) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  return {
    spec,
    eventName: job.event.name,
    provider: provider.displayName,
    set:
      chosen.kind === 'new'
        ? { ...chosen.set, id: undefined, lost: chosen.lost }
        : {
            id: chosen.set.resultSetId,
            name: chosen.set.name,
            isPublic: chosen.set.isPublic,
            isPreliminary: chosen.set.isPreliminary,
            notify: chosen.options?.notify,
            lost: undefined,
          },
    publication,
    outcomes,
    wanted: job.wanted.length,
    racing: assignment.racing,
    elsewhere: assignment.elsewhere,
    refused: assignment.refused.map(({ source, why }) => ({ resultId: source.resultId, bib: source.bib, why })),
    unmappedSplits: facts.unmappedSplits,
    person: (change) => {
      if (change.kind !== 'removed') {
        const source = sources.get(JSON.stringify(change.wanted.key));
        const { key } = change.wanted;
        const own = 'bib' in key ? key.bib : facts.bibs.get(key.registrationId);
        return { bib: source?.bib ?? own ?? '', name: source?.name ?? '' };
      }
      const { bib, registrationId } = change.published;
      return { bib: bib ?? facts.bibs.get(registrationId ?? '') ?? '', name: '' };
    },
  };
}
