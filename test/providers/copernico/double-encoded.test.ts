import { describe, expect, test } from 'vitest';
import { repairText } from '../../../src/providers/copernico/double-encoded.ts';

/** What a program makes of UTF-8 that it takes for Latin-1. */
const asLatin1 = (text: string) => Buffer.from(text, 'utf8').toString('latin1');

const good = [
  'María',
  'GARCÍA',
  'Łukasz Žižek',
  'Nguyễn Thị',
  'Снежная 7 трекер',
  'D’Angelo 🏃‍♀️',
  'Chloé-Zoë',
  'Ångström & Søn',
  'Älvsjö',
  'naïve – “quoted”',
];

describe('text that was encoded twice', () => {
  test.each([
    ['MarÃ\u00ada', 'María'],
    ['Å\u0081ukasz', 'Łukasz'],
    // The same bytes in Windows-1252, which often passes for Latin-1.
    ['Dâ€™Angelo', 'D’Angelo'],
    ['Å½iÅ¾ek', 'Žižek'],
    ['â€œMalagaâ€\u009d', '“Malaga”'],
  ])('%j is %s', (broken, text) => {
    expect(repairText(broken)).toBe(text);
  });

  test.each(good)('%s is found again', (text) => {
    expect(repairText(asLatin1(text))).toBe(text);
    expect(repairText(asLatin1(asLatin1(text)))).toBe(text);
  });

  test.each([
    ...good,
    'Okafor',
    '',
    'SÃO PAULO',
    'JOÃO',
    'CONCEIÇÃO',
    'IRMÃ\u00a0LUCIA',
    'Ã',
    'Â',
    '¿Qué?',
    // A name that was cut off in the middle of a character stays as it came.
    asLatin1('María').slice(0, 4),
    // Half of it good: nobody can tell.
    `${asLatin1('María')} Łukasz`,
  ])('%j is left alone', (text) => {
    expect(repairText(text)).toBe(text);
  });
});
