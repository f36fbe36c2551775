/** Values that no provider should send and some do, and rows with such values in any of their fields. */
import fc from 'fast-check';
import type { Json, JsonObject } from '../../src/domain/json.ts';
import { parseJson } from '../../src/http/parse-json.ts';
import { amount, seed, tell } from './lab/form.ts';

/** Text that has broken programs: terminals, databases, templates, spreadsheets, readers of right-to-left scripts. */
export const strangeTexts = [
  '',
  ' ',
  '\t \u00a0\u2003\ufeff',
  'a\0b',
  '\0',
  '\ud800',
  'x\udfffy',
  '\u001b[31mred\u001b[0m\u001b]0;title\u0007\u001b[2J\u009b1A',
  '\u202eevil\u202c \u2066x\u2069 \u200b\u200d\u2060\u00ad',
  "Robert'); drop table runsignup_participants; --",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: this is what a template would fill in
  '%s %d %n ${HOME} {{7*7}} $(id) `id` \\x00 %00',
  'line\r\nbreak\n\n\u2028\u2029\u0085end',
  '🏃‍♀️👨‍👩‍👧‍👦🇩🇪',
  'Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0319\u0324\u031e\u0349\u035aalgo e\u0301 é',
  'שלום עולם مرحبا',
  '=1+1',
  '<script>alert(1)</script> & "quoted" \\ back',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'null',
  'NaN',
  '-Infinity',
  '1e400',
  '9007199254740993',
  '99999999999999999999999999',
  '-0',
  '١٢٣',
  '0x1F',
  'true',
  '\\u0000',
];

/** Dates and times that do not exist, or hardly. */
export const strangeTimes = [
  '0000-00-00',
  '0000-01-01T00:00:00Z',
  '0001-01-01T00:00:00+14:00',
  '9999-12-31T23:59:59-12:00',
  '9999-12-31 23:59:59',
  '12/31/9999 23:59',
  '2026-02-30',
  '2026-02-30T06:00:00Z',
  '2026-02-29T06:00:00-05:00',
  '2/30/2026 06:00',
  '2026-02-31 06:00:00',
  '2028-02-29T06:00:00Z',
  '2026-13-01T00:00:00Z',
  '2026-05-03T24:00:00Z',
  '2026-05-03T25:61:61Z',
  '2026-06-30T23:59:60Z',
  '2026-05-03T08:00:00+99:99',
  '2026-03-08T02:30:00',
  '3/8/2026 02:30',
  '2026-11-01T01:30:00',
  '+010000-01-01T00:00:00Z',
  '-000001-01-01T00:00:00Z',
  '99999999999',
  '253402300799',
  '-1',
];

/** Stands in for a number that no value of JavaScript is, until `strangeJson` writes it. */
const rawNumber = (digits: string) => `@raw:${digits}`;
export const strangeNumbers: readonly Json[] = [
  0,
  -1,
  0.1,
  1e21,
  2 ** 31,
  2 ** 53,
  -(2 ** 53),
  Number.MAX_VALUE,
  5e-324,
  ...['9007199254740993', '-9007199254740993', '18446744073709551617', '1e400', '-1E+999'].map(rawNumber),
];

const strangeText = fc.oneof(
  fc.constantFrom(...strangeTexts),
  fc.constantFrom(...strangeTimes),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
);

const nested: Json = Array.from({ length: 400 }).reduce<Json>((inner) => ({ __: [inner] }), 'deep');

const strangeKeys = ['__proto__', 'constructor', 'prototype', 'toJSON', 'length', '', 'a\0b', '\u202e', 'données', '0'];

const strangeObject: fc.Arbitrary<Json> = fc
  .array(fc.tuple(fc.constantFrom(...strangeKeys), strangeText), { maxLength: 3 })
  .map(objectOf);

export const strangeValue: fc.Arbitrary<Json> = fc.oneof(
  { weight: 6, arbitrary: strangeText },
  { weight: 3, arbitrary: fc.constantFrom(...strangeNumbers) },
  { weight: 1, arbitrary: fc.constantFrom<Json>(null, true, false, [], {}, [[]], [null], nested) },
  { weight: 1, arbitrary: fc.array(strangeText, { maxLength: 3 }) },
  { weight: 1, arbitrary: strangeObject },
);

/** An object with `__proto__` as a key like any other. */
function objectOf(entries: readonly (readonly [string, Json])[]): JsonObject {
  const object: JsonObject = {};
  for (const [key, value] of entries) {
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  }
  return object;
}

/** The template with up to three of its values replaced, and perhaps a key that no row has. `kept`: fields left alone. */
export function strangeRows(template: JsonObject, kept: readonly string[] = []): fc.Arbitrary<Json> {
  const paths = pathsOf(template).filter(([first = '']) => !kept.includes(first));
  const change = fc.tuple(fc.constantFrom(...paths), strangeValue);
  return fc
    .tuple(
      fc.array(change, { minLength: 1, maxLength: 3 }),
      fc.option(fc.tuple(fc.constantFrom(...strangeKeys), strangeValue)),
    )
    .map(([changes, added]) => {
      const changed = changes.reduce<Json>((row, [path, value]) => replaced(row, path, value), template);
      return throughWire(added === null ? changed : replaced(changed, [added[0]], added[1]));
    });
}

/** What a provider's text becomes: numbers that need it in raw digits, then as every answer is read. */
export function throughWire(value: Json): Json {
  return parseJson(JSON.stringify(value).replace(/"@raw:([^"]+)"/g, '$1'));
}

/** Of every value in it, containers included. */
export function pathsOf(value: Json): readonly (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [[key], ...pathsOf(inner).map((path) => [key, ...path])]);
}

/** A copy with one value replaced; where the path has gone meanwhile it is made. */
export function replaced(value: Json, [key, ...rest]: readonly string[], by: Json): Json {
  if (key === undefined) return by;
  if (Array.isArray(value)) return value.map((inner, at) => (String(at) === key ? replaced(inner, rest, by) : inner));
  const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const before = entries.find(([name]) => name === key)?.[1] ?? null;
  return objectOf([...entries.filter(([name]) => name !== key), [key, replaced(before, rest, by)]]);
}

/** The runs of a property: from the laboratory's seed, which a failure prints too. */
export function runs(short: number, long: number): { readonly seed: number; readonly numRuns: number } {
  return { seed, numRuns: amount(short, long) };
}

tell(`seed ${seed}`);
