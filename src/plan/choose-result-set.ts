/** Which result set is published to: the one asked for, the one we made, one of that name, or a new one. Pure. */
import { UsageError } from '../domain/errors.ts';
import type { NewResultSet, ResultSet, ResultSetOptions } from '../domain/publishing.ts';

/** What is remembered of the last publication of an event. */
export interface RememberedSet {
  /** Undefined: it was about to be made, and nobody knows whether it was. */
  readonly resultSetId: string | undefined;
  readonly name: string;
  /** Undefined where p88sync did not make it. */
  readonly options: ResultSetOptions | undefined;
}

/** What the person asked for; undefined: nothing. */
export interface AskedSet {
  readonly resultSetId: string | undefined;
  readonly name: string | undefined;
  readonly isPublic: boolean;
  readonly isFinal: boolean;
  readonly notify: boolean;
}

export type ChosenSet =
  | {
      readonly kind: 'existing';
      readonly set: ResultSet;
      /** `name`: nothing is remembered of it, so it may be somebody else's. */
      readonly foundBy: 'asked' | 'remembered' | 'begun' | 'name';
      /** Undefined where p88sync did not make it. */
      readonly options: ResultSetOptions | undefined;
    }
  | {
      readonly kind: 'new';
      readonly set: NewResultSet;
      /** The remembered set that the provider no longer has. */
      readonly lost: string | undefined;
    };

/** @throws UsageError where it cannot be told which set is meant, or the set cannot become what was asked for. */
export function chooseResultSet(
  sets: readonly ResultSet[],
  remembered: RememberedSet | undefined,
  asked: AskedSet,
  eventName: string,
): ChosenSet {
  const byId = (id: string) => sets.find((set) => set.resultSetId === id);
  const known = remembered?.resultSetId === undefined ? undefined : byId(remembered.resultSetId);
  if (asked.resultSetId !== undefined) {
    const set = byId(asked.resultSetId);
    if (!set) throw noSuchSet(asked.resultSetId, sets);
    return existing(set, 'asked', set === known ? remembered?.options : undefined, asked);
  }
  if (known) return existing(known, 'remembered', remembered?.options, asked);
  const name = (asked.name ?? remembered?.name ?? eventName).trim() || 'Overall Results';
  const named = sets.filter((set) => plain(set.name) === plain(name));
  const [only] = named;
  if (named.length > 1) {
    throw new UsageError(`the event has ${named.length} result sets of the name "${name}"`, {
      hint: `Say which: --result-set ${named.map((set) => set.resultSetId).join(', or --result-set ')}.`,
    });
  }
  if (only) {
    const begun = remembered !== undefined && plain(remembered.name) === plain(name);
    return existing(only, begun ? 'begun' : 'name', begun ? remembered.options : undefined, asked);
  }
  const options = { isPublic: asked.isPublic, isPreliminary: !asked.isFinal, notify: asked.notify };
  return { kind: 'new', set: { name, ...options }, lost: remembered?.resultSetId };
}

/** No call is known that changes a set: what cannot be had is refused, before anything is done. */
function existing(
  set: ResultSet,
  foundBy: 'asked' | 'remembered' | 'begun' | 'name',
  options: ResultSetOptions | undefined,
  asked: AskedSet,
): ChosenSet {
  const what = `result set ${set.resultSetId} "${set.name}"`;
  const cannot = (wish: string) =>
    new UsageError(`${what} ${wish}, and no call is known that changes it`, {
      hint: 'Change it in the dashboard of the provider, then publish without that option.',
    });
  if (asked.name !== undefined && plain(asked.name) !== plain(set.name)) throw cannot('has another name');
  if (asked.isPublic && set.isPublic === false) throw cannot('is not public');
  if (asked.isFinal && set.isPreliminary === true) throw cannot('is preliminary');
  if (asked.notify && options?.notify === false) throw cannot('was made without notifications');
  return { kind: 'existing', set, foundBy, options };
}

function noSuchSet(id: string, sets: readonly ResultSet[]): UsageError {
  return new UsageError(`the event has no result set ${id}`, {
    hint:
      sets.length === 0
        ? 'It has none yet; without --result-set a new one is made.'
        : `It has: ${sets.map((set) => `${set.resultSetId} "${set.name}"`).join(', ')}.`,
  });
}

function plain(name: string): string {
  return name.trim().toLowerCase();
}
