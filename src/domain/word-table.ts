/** What a word of a provider means. Pure. */

/** Undefined for a word that the table does not hold, those that every object knows (`constructor`, `__proto__`) included. */
export function wordIn<Meaning>(table: Readonly<Record<string, Meaning>>, word: string | null): Meaning | undefined {
  const key = word?.toLowerCase() ?? '';
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
