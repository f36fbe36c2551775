/** The one way a report becomes JSON text on stdout. */

/** Harmless to a JSON parser, not to a terminal: C1 controls, bidi and other format characters, line separators. */
const unsafe = /[\u007f-\u009f\u2028\u2029]|\p{Cf}/gu;

/** Indented JSON; what could disturb a terminal is written as \uXXXX, which is the same value to every reader. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(unsafe, (char) =>
    Array.from({ length: char.length }, (_, at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, '0')}`).join(''),
  );
}

/** ISO 8601 in UTC; null where there is none, so that every field is always there. */
export function isoOrNull(at: Date | undefined): string | null {
  return at === undefined ? null : at.toISOString();
}
