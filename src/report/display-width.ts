/** How many columns of a terminal a text takes, and text cut or wrapped to a width. Wide characters take two. */
import stringWidth from 'string-width';

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const printableAscii = /^[\x20-\x7e]*$/;

/** Columns of one line; colour codes take none. */
export function displayWidth(text: string): number {
  return printableAscii.test(text) ? text.length : stringWidth(text);
}

/** The text in at most `width` columns; what was cut ends in an ellipsis. Never splits a character. */
export function shorten(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  return width < 1 ? '' : `${head(text, width - 1).trimEnd()}…`;
}

/** Lines of at most `width` columns, broken between words; a word that is longer is cut into pieces. */
export function wrap(text: string, width: number): string[] {
  // A wide character takes two columns: below that nothing could be placed.
  const room = Math.max(width, 2);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (displayWidth(joined) <= room) {
      line = joined;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
    while (displayWidth(line) > room) {
      const piece = head(line, room);
      lines.push(piece);
      line = line.slice(piece.length);
    }
  }
  return line === '' ? lines : [...lines, line];
}

/** The longest beginning that takes at most `width` columns. */
function head(text: string, width: number): string {
  let taken = '';
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    used += displayWidth(segment);
    if (used > width) break;
    taken += segment;
  }
  return taken;
}
