/** Whether a registration event and a scoring event may be the same race: what `link` asks before it ties them together. Pure. */

export interface Named {
  readonly name: string;
  /** UTC; undefined where the provider does not tell it. */
  readonly startAt: Date | undefined;
}

/** A start that one side holds as midnight, or in another zone, is still the same day; the next race of a series is not. */
const mostApartMs = 36 * 3_600_000;

const fillers = new Set('a and at by for in of on the de del la el y'.split(' '));

/** Words that many races have: they tell races apart only where a name has no others. */
const common = new Set(
  'run runs race races running walk marathon half full relay kids virtual annual presented event course wave'.split(
    ' ',
  ),
);

/** Why they do not look like the same race; undefined: they do. */
export function whyNotSameRace(registration: Named, scoring: Named): string | undefined {
  const apart = registration.startAt && scoring.startAt && Math.abs(+registration.startAt - +scoring.startAt);
  if (apart !== undefined && apart > mostApartMs) return `they start ${daysText(apart)} apart`;
  const ours = wordsOf(registration.name);
  const theirs = wordsOf(scoring.name);
  const shared = shareWord(ours.filter(isTelling), theirs.filter(isTelling));
  if (shared) return undefined;
  const oneIsPlain = !ours.some(isTelling) || !theirs.some(isTelling);
  return oneIsPlain && shareWord(ours, theirs) ? undefined : 'their names have no word in common';
}

/** `São Silvestre 10K (2026)` → `sao`, `silvestre`, `10k`, `2026`. */
function wordsOf(name: string): string[] {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/['’]/g, '');
  return (plain.match(/[\p{L}\p{N}]+/gu) ?? []).filter((word) => !fillers.has(word));
}

/** Not a year, a distance, or a word that every race has. */
function isTelling(word: string): boolean {
  return !common.has(word) && !/^\d+(k|km|m|mi|mile|miles|st|nd|rd|th)?$/.test(word);
}

function shareWord(a: readonly string[], b: readonly string[]): boolean {
  return a.some((word) => b.includes(word));
}

function daysText(ms: number): string {
  const days = Math.round(ms / 86_400_000);
  return `${days} ${days === 1 ? 'day' : 'days'}`;
}
