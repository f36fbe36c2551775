/** JSON of a provider as values that lose nothing on the way to the database. Pure. */
import type { Json } from '../domain/json.ts';

/**
 * Levels of nesting that are read. What a provider documents has six; PostgreSQL and JSON.stringify hold some thousands, and
 * beyond that either fails for the whole page.
 */
const deepest = 200;

/** Stands in the place of what is nested deeper. */
export const tooDeep = `(nested more than ${deepest} levels deep: left out)`;

/**
 * As JSON.parse, with two differences. A whole number that JavaScript would round (9007199254740993), and one that it would
 * make infinite (1e400), is its digits as text: two ids must not become one. What is nested deeper than 200 levels is
 * left out, and a text says so: the row it stands in is a row all the same.
 * @throws SyntaxError
 */
export function parseJson(text: string): Json {
  const value: Json = JSON.parse(mayHoldLargeNumber.test(text) ? quoteLargeNumbers(text) : text);
  return depthOf(text) > deepest ? cutDeep(value) : value;
}

/** True of few answers: 2^53 has 16 digits, and of the powers only those from 1e100 on can be infinite. */
const mayHoldLargeNumber = /\d{16}|e\+?\d{3}/i;

const number = /-?\d+(\.\d+)?([eE][+-]?\d+)?/y;

/** By position, not by one pattern over everything: a string of 10 MB is more than a pattern may hold. */
function quoteLargeNumbers(text: string): string {
  const parts: string[] = [];
  let copied = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text.charCodeAt(at) === quote) {
      at = endOfString(text, at);
      continue;
    }
    number.lastIndex = at;
    const [token, fraction, exponent] = number.exec(text) ?? [];
    if (token === undefined) continue;
    if (!isExact(token, fraction === undefined && exponent === undefined)) {
      parts.push(text.slice(copied, at), `"${token}"`);
      copied = at + token.length;
    }
    at += token.length - 1;
  }
  return parts.join('') + text.slice(copied);
}

function isExact(token: string, isWhole: boolean): boolean {
  const value = Number(token);
  return Number.isFinite(value) && (!isWhole || Number.isSafeInteger(value));
}

const quote = 34;
const backslash = 92;
const closings = [93, 125];
const openings = [91, 123];

/** Of text that is JSON. */
function depthOf(text: string): number {
  let depth = 0;
  let most = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quote) at = endOfString(text, at);
    else if (openings.includes(code)) {
      depth += 1;
      if (depth > most) most = depth;
    } else if (closings.includes(code)) depth -= 1;
  }
  return most;
}

/** Of the string that begins at `from`. */
function endOfString(text: string, from: number): number {
  for (let at = text.indexOf('"', from + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(at - 1 - backslashes) === backslash) backslashes += 1;
    if (backslashes % 2 === 0) return at;
  }
  return text.length;
}

/** The value itself, cut where its levels end. */
function cutDeep(value: Json): Json {
  let level: object[] = isNested(value) ? [value] : [];
  for (let depth = 1; depth <= deepest; depth += 1) {
    const isLast = depth === deepest;
    const next: object[] = [];
    for (const holder of level) {
      for (const [key, inner] of Object.entries(holder)) {
        if (!isNested(inner)) continue;
        // As an own property: `__proto__` is a name like any other here.
        if (isLast) Object.defineProperty(holder, key, { value: tooDeep, enumerable: true });
        else next.push(inner);
      }
    }
    level = next;
  }
  return value;
}

function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
