/** Text from a provider, made such that PostgreSQL can hold it. */

/** PostgreSQL's text holds no NUL, and UTF-8 no lone surrogate. */
export function storableText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\u2400');
}

/** An index entry holds 2,704 bytes at most; no provider's id comes near it, but nonsense in place of an id does. */
export const longestKey = 500;
