/**
 * The kinds of values that variables hold: how the text is checked, and what the operator is told was expected.
 * zod/mini, because every tick pays for it: it loads in 3 ms where all of zod takes 9.
 */
import * as z from 'zod/mini';

export interface Kind<Value> {
  /** Completes "expected …". */
  readonly expected: string;
  readonly schema: z.ZodMiniType<Value, string>;
}

/** Text that `accepts`, turned into a value. */
export function kind<Value>(
  expected: string,
  accepts: (text: string) => boolean,
  convert: (text: string) => Value,
): Kind<Value> {
  return { expected, schema: z.pipe(z.string().check(z.refine(accepts)), z.transform(convert)) };
}

const isWhole = (text: string, min: number, max: number) =>
  /^\d{1,9}$/.test(text) && Number(text) >= min && Number(text) <= max;

const items = (text: string) => text.split(',').map((item) => item.trim());

export function wholeNumber(min: number, max: number): Kind<number> {
  return kind(`a whole number from ${min} to ${max}`, (text) => isWhole(text, min, max), Number);
}

export function wholeNumbers(min: number, max: number, most: number): Kind<readonly number[]> {
  return kind(
    `1 to ${most} whole numbers from ${min} to ${max} with commas between them`,
    (text) => items(text).length <= most && items(text).every((item) => isWhole(item, min, max)),
    (text) => items(text).map(Number),
  );
}

/** A share of a whole, 0 to 1. */
export const share: Kind<number> = kind(
  'a number from 0 to 1, such as 0.1',
  (text) => /^(0(\.\d+)?|1(\.0+)?)$/.test(text),
  Number,
);

export function oneOf<const Word extends string>(words: readonly Word[]): Kind<Word> {
  return { expected: `one of ${words.join(', ')}`, schema: z.enum(words) };
}

/** Relative to what, would depend on who starts the program: the timer, cron or a shell. */
export const absolutePath: Kind<string> = kind('an absolute path', (text) => text.startsWith('/'), String);

export const word: Kind<string> = kind(
  '1 to 255 letters, digits and signs without spaces',
  (text) => /^[\x21-\x7e]{1,255}$/.test(text),
  String,
);

/** 32 bytes; base64 with or without its last `=`. */
function keyBytes(text: string): Buffer | undefined {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  if (/^[A-Za-z0-9+/]{43}=?$/.test(text)) return Buffer.from(text, 'base64');
  return undefined;
}

const keyWords = '32 bytes as base64 (44 characters) or as 64 hexadecimal digits';
const toKey = (text: string) => keyBytes(text) ?? Buffer.alloc(0);

export const encryptionKey: Kind<Buffer> = kind(keyWords, (text) => keyBytes(text) !== undefined, toKey);

export const encryptionKeys: Kind<readonly Buffer[]> = kind(
  `keys with commas between them, each ${keyWords}`,
  (text) => items(text).every((item) => keyBytes(item) !== undefined),
  (text) => items(text).map(toKey),
);
