/** Where the results of an event are published, and what was last published there: `published_result_sets`. */
import type { ResultSetOptions } from '../domain/publishing.ts';
import type { Db } from './database.ts';

/** The registration event whose results they are. */
export interface PublishedEvent {
  readonly partnerId: number;
  readonly providerId: number;
  readonly eventId: string;
}

export interface StoredResultSet {
  /** Undefined: it was about to be made. */
  readonly resultSetId: string | undefined;
  readonly name: string;
  /** Undefined where p88sync did not make it. */
  readonly options: ResultSetOptions | undefined;
  /** The provider's id of a split by its name. */
  readonly splits: Readonly<Record<string, string>>;
  readonly publishedAt: Date | undefined;
  /** Of what was published; undefined since somebody began to change the set. */
  readonly fingerprint: string | undefined;
}

export async function readResultSet(db: Db, event: PublishedEvent): Promise<StoredResultSet | undefined> {
  const row = await rowsOf(db, event)
    .select(['result_set_id', 'name', 'options', 'splits', 'published_at', 'fingerprint'])
    .executeTakeFirst();
  if (!row) return undefined;
  return {
    resultSetId: row.result_set_id ?? undefined,
    name: row.name,
    options: (row.options as unknown as ResultSetOptions | null) ?? undefined,
    splits: (row.splits ?? {}) as Record<string, string>,
    publishedAt: row.published_at ?? undefined,
    fingerprint: row.fingerprint ?? undefined,
  };
}

/**
 * Remembers the set that is about to be changed, or made (`resultSetId` undefined). What was published before is forgotten
 * as a whole, since a run that dies now leaves something in between; the splits are kept until `rememberPublished`.
 */
export async function rememberResultSet(
  db: Db,
  event: PublishedEvent,
  set: Pick<StoredResultSet, 'resultSetId' | 'name' | 'options'>,
): Promise<void> {
  const values = {
    result_set_id: set.resultSetId ?? null,
    name: set.name,
    options: set.options === undefined ? null : JSON.stringify(set.options),
    fingerprint: null,
  };
  await db
    .insertInto('published_result_sets')
    .values({ ...keyOf(event), ...values, splits: '{}' })
    .onConflict((conflict) => conflict.columns(['timing_partner_id', 'provider_id', 'event_id']).doUpdateSet(values))
    .execute();
}

/** After the provider was seen to hold it. */
export async function rememberPublished(
  db: Db,
  event: PublishedEvent,
  published: {
    readonly at: Date;
    readonly rows: number;
    readonly fingerprint: string;
    readonly splits: Readonly<Record<string, string>>;
  },
): Promise<void> {
  await db
    .updateTable('published_result_sets')
    .set({
      published_at: published.at,
      rows: published.rows,
      fingerprint: published.fingerprint,
      splits: JSON.stringify(published.splits),
    })
    .where('timing_partner_id', '=', event.partnerId)
    .where('provider_id', '=', event.providerId)
    .where('event_id', '=', event.eventId)
    .execute();
}

function rowsOf(db: Db, event: PublishedEvent) {
  return db
    .selectFrom('published_result_sets')
    .where('timing_partner_id', '=', event.partnerId)
    .where('provider_id', '=', event.providerId)
    .where('event_id', '=', event.eventId);
}

function keyOf(event: PublishedEvent) {
  return { timing_partner_id: event.partnerId, provider_id: event.providerId, event_id: event.eventId };
}
