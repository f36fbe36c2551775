/** Ranks by sex and by age: which brackets an event has, and whether an answer is about them. Pure. */
import * as z from 'zod';
import type { Json } from '../../domain/json.ts';
import { guess, id, text } from '../../http/wire-fields.ts';
import type { Line } from './result-lines.ts';

export type BracketType = 'SEX' | 'AGE';

export interface Bracket {
  readonly id: string;
  readonly name: string | null;
  readonly type: string | null;
  /** False: the timers do not show it as a ranking. */
  readonly shown: boolean;
}

const wireBracket = z.object({
  bracket_id: id,
  bracket_name: text,
  bracket_type: text,
  bracket_wants_leaderboard: guess,
});

/** A row that cannot be read is passed over: without its bracket somebody lacks a rank, and nothing else. */
export function readBrackets(rows: readonly Json[]): readonly Bracket[] {
  return rows.flatMap((row) => {
    const parsed = wireBracket.safeParse(row);
    if (!parsed.success) return [];
    const { bracket_id, bracket_name: name, bracket_type: type, bracket_wants_leaderboard: shown } = parsed.data;
    return [{ id: bracket_id, name, type: type?.toUpperCase() ?? null, shown: shown !== '0' }];
  });
}

export function bracketsOf(brackets: readonly Bracket[], type: BracketType): readonly Bracket[] {
  const types: readonly (string | null)[] = type === 'SEX' ? ['SEX', 'GENDER'] : ['AGE'];
  return brackets.filter((bracket) => types.includes(bracket.type) && bracket.shown);
}

/**
 * The lines of an answer to `bracket=SEX` or `bracket=AGE` that say so: each names its bracket, and where the event's
 * brackets are known it is one of that type. (One client uses these words; a ChronoTrack that did not know them would
 * answer with ranks over all, and those must not become ranks by sex.)
 */
export function linesOfType(lines: readonly Line[], type: BracketType, brackets: readonly Bracket[]): readonly Line[] {
  const names = new Set(bracketsOf(brackets, type).map(({ name }) => name));
  return lines.filter(({ bracketName }) => {
    if (bracketName === null) return false;
    return brackets.length > 0 ? names.has(bracketName) : !/overall|all participants/i.test(bracketName);
  });
}

const plainSexes = /^(male|female|men|women|m|f|non-?binary|x)$/i;

/** The rank of each person: where several brackets of a type hold them, the one that is usual counts. */
export function rankBy(
  lines: readonly Line[],
  type: BracketType,
  keyOf: (line: Line) => string,
): ReadonlyMap<string, number> {
  const ranks = new Map<string, { readonly rank: number; readonly usual: boolean }>();
  for (const line of lines) {
    if (line.rank === null) continue;
    const { bracketName } = line;
    const usual = type === 'SEX' ? plainSexes.test(bracketName ?? '') : bracketName === line.primaryBracketName;
    const key = keyOf(line);
    const known = ranks.get(key);
    if (known === undefined || (usual && !known.usual)) ranks.set(key, { rank: line.rank, usual });
  }
  return new Map([...ranks].map(([key, { rank }]) => [key, rank]));
}
