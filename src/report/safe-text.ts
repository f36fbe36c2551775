/**
 * Text of others (race names, answers of providers, error messages) made harmless before it is drawn: it can neither
 * move the cursor, recolour the screen, reorder a line nor break a table.
 */
import { stripVTControlCharacters } from 'node:util';

/** Format characters: bidi overrides, zero-width spaces and joiners, tags. Terminals disagree about their width. */
const invisible = /\p{Cf}/gu;
/** They change the width of an emoji in some terminals and not in others. */
const variationSelectors = /[\uFE00-\uFE0F\u{E0100}-\u{E01EF}]/gu;
const control = /\p{Cc}|\u2028|\u2029/gu;
const loneSurrogate = /\p{Cs}/gu;
/** More marks than any script needs on one letter: they would grow into the lines above and below. */
const pileOfMarks = /(\p{M}{3})\p{M}+/gu;

/** One line: without escape sequences, control and format characters; every run of white space is one space. */
export function safeText(text: string): string {
  return stripVTControlCharacters(text.replace(/[\r\n\t]/g, ' '))
    .replace(control, ' ')
    .replace(invisible, '')
    .replace(variationSelectors, '')
    .replace(loneSurrogate, '\uFFFD')
    .replace(pileOfMarks, '$1')
    .replace(/\s+/gu, ' ')
    .trim();
}

/** Safe text as part of a longer sentence: without its full stop. */
export function safeClause(text: string): string {
  return safeText(text).replace(/[.\s]+$/u, '');
}
