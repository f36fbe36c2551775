/**
 * GET /race/{id}/participants and /removed-participants: the same paging, two envelopes. Active rows sit beside the
 * event, whose own `participants` stays empty, and an event without rows has no rows key; removed rows sit inside it.
 */
import { type Answer, jsonAnswer, type ProviderCall } from '../answers.ts';
import { type PageMemo, readPage } from '../listing.ts';
import type { Race, RaceEvent, Registration } from '../world.ts';
import type { Caller } from './auth.ts';
import { errorAnswer } from './errors.ts';
import { eventsOf, integerOf, isBad, pagingOf } from './parameters.ts';
import { activeRow, type RowOptions, removedRow, seconds } from './shapes.ts';

/** 2500 rows per page at most. `modified_after_timestamp` is inclusive and counts in seconds. */
export function listParticipants(
  race: Race,
  call: ProviderCall,
  caller: Caller,
  which: 'active' | 'removed',
  memo: PageMemo,
): Answer {
  const { query } = call;
  const ids = query.get('event_id');
  if (ids === null && which === 'active') return errorAnswer(3, 'event_id is required.');
  const events = ids === null ? race.events : eventsOf(race, ids);
  if (isBad(events)) return errorAnswer(events.code, events.message);
  const paging = pagingOf(query, 50, 2500);
  if (isBad(paging)) return errorAnswer(paging.code, paging.message);
  const afterId = integerOf(query, 'after_registration_id', 0);
  const since = integerOf(query, 'modified_after_timestamp', 0);
  if (afterId === undefined) return errorAnswer(3, 'Invalid after_registration_id.');
  if (since === undefined) return errorAnswer(3, 'Invalid modified_after_timestamp.');
  // Newest first unless asked otherwise: who pages by id and forgets `sort` loses people here as there.
  const sort = (query.get('sort') ?? 'registration_id DESC').toLowerCase();
  if (sort !== 'registration_id asc' && sort !== 'registration_id desc') return errorAnswer(3, 'Invalid sort.');

  const rows = readPage(
    {
      events,
      keep: (row) => (row.removal !== null) === (which === 'removed') && seconds(row.modifiedAt) >= since,
      filter: `${which}${since}`,
      descending: sort.endsWith('desc'),
      afterId,
      skip: (paging.page - 1) * paging.size,
      limit: paging.size,
    },
    memo,
  );
  const options: RowOptions = {
    supportsNonBinary: query.get('supports_nb') === 'T',
    questions: query.get('include_questions') === 'T',
    addons: query.get('include_registration_addons') === 'T',
    omit: caller.kind === 'account' ? caller.account.omit : new Set<string>(),
  };
  const byEvent = new Map<RaceEvent, Registration[]>();
  for (const row of rows) {
    const others = byEvent.get(row.event);
    if (others === undefined) byEvent.set(row.event, [row]);
    else others.push(row);
  }
  return jsonAnswer(
    events.map((event) =>
      which === 'active'
        ? activeElement(event, byEvent.get(event), options)
        : removedElement(event, byEvent.get(event), options),
    ),
  );
}

function activeElement(event: RaceEvent, rows: readonly Registration[] | undefined, options: RowOptions) {
  const head = { event: { event_id: Number(event.id), participants: [] } };
  return rows === undefined ? head : { ...head, participants: rows.map((row) => activeRow(row, options)) };
}

function removedElement(event: RaceEvent, rows: readonly Registration[] | undefined, options: RowOptions) {
  return {
    event: { event_id: Number(event.id), participants: (rows ?? []).map((row) => removedRow(row, options)) },
  };
}
