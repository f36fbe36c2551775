/**
 * Result sets of an event: find, read, make, fill, empty. Where a parameter of a POST goes, query or form, is documented
 * for `full-results` only; the other calls send theirs in both.
 */
import { UnknownAnswer, UsageError } from '../../domain/errors.ts';
import type {
  NewResultSet,
  PublishedPage,
  PublishedResult,
  PublishingEvent,
  PublishingSession,
} from '../../domain/publishing.ts';
import { type FetchedPage, pages } from '../../http/pages.ts';
import type { RunSignUpCall } from './calls.ts';
import { problemOfKey, publishedResult, wireResult } from './result-rows.ts';
import { readCreatedSet, readDone, readResultRows, readResultSets } from './result-wire.ts';

/** What clients are known to ask for. The most that is given is not known, so only an empty page ends the list. */
const rowsPerPage = 100;

/** 1,000 rows with four splits are 300 KB of form: an answer comes well within the time that a call may take. */
const rowsPerPost = 1_000;

export function publishing(call: RunSignUpCall): PublishingSession {
  return {
    postBatch: rowsPerPost,
    pageRows: rowsPerPage,
    problemOf: problemOfKey,

    async listResultSets(event) {
      const { body } = await call(pathOf(event, 'get-result-sets'), { event_id: event.eventId });
      return readResultSets(body);
    },

    listPublished: (event, resultSetId) => listPublished(call, event, resultSetId),

    async createResultSet(event, set) {
      const parameters = { event_id: event.eventId, ...parametersOf(set) };
      // The same call again would make a second set of the same name.
      const { body } = await call(pathOf(event, 'new-result-set'), parameters, { form: parameters, repeatable: false });
      return readCreatedSet(body);
    },

    async postResults(event, resultSetId, results) {
      const request = JSON.stringify({ results: results.map(wireResult) });
      const { body } = await call(pathOf(event, 'full-results'), idsOf(event, resultSetId), {
        form: { request_format: 'json', request },
        repeatable: true,
      });
      readDone(body, 'full-results');
    },

    async clearResults(event, resultSetId) {
      const ids = idsOf(event, resultSetId);
      const { body } = await call(pathOf(event, 'clear-results'), ids, { form: ids, repeatable: true });
      readDone(body, 'clear-results');
    },
  };
}

async function* listPublished(
  call: RunSignUpCall,
  event: PublishingEvent,
  resultSetId: string,
): AsyncGenerator<PublishedPage, void, void> {
  const series = pages({
    what: `RunSignUp results of set ${resultSetId}`,
    first: 1,
    // Behind the end some lists answer their last page again; who counts the rows afterwards sees what is missing.
    repeatedPage: 'end',
    fetch: async (page: number): Promise<FetchedPage<readonly PublishedResult[], number>> => {
      const { body } = await call(pathOf(event, 'get-results'), {
        ...idsOf(event, resultSetId),
        page: String(page),
        results_per_page: String(rowsPerPage),
      });
      const rows = readResultRows(body, resultSetId).map((row) => publishedResult(row) ?? nameless(resultSetId));
      return {
        page: rows,
        next: rows.length === 0 ? undefined : page + 1,
        fingerprint: rows.map((row) => row.registrationId ?? `bib ${row.bib}`).join(),
      };
    },
  });
  for await (const results of series) {
    if (results.length > 0) yield { results, last: false };
  }
  yield { results: [], last: true };
}

function parametersOf(set: NewResultSet) {
  return {
    individual_result_set_name: set.name,
    public_results: set.isPublic ? 'T' : 'F',
    preliminary_results: set.isPreliminary ? 'T' : 'F',
    disable_notifications: set.notify ? 'F' : 'T',
  };
}

function idsOf(event: PublishingEvent, resultSetId: string) {
  return { event_id: event.eventId, individual_result_set_id: resultSetId };
}

function pathOf(event: PublishingEvent, method: string): string {
  if (event.raceId === undefined) {
    throw new UsageError(`event ${event.eventId} is stored without its race`, { hint: 'Run `p88sync discover`.' });
  }
  return `/race/${event.raceId}/results/${method}`;
}

function nameless(resultSetId: string): never {
  throw new UnknownAnswer(
    `RunSignUp answered a row of result set ${resultSetId} with neither registration_id nor bib`,
    {
      hint: 'What is published cannot be compared with what ought to be; p88sync needs an update.',
    },
  );
}
