/** A word of a command that is printed to be copied: ids of Copernico's events hold spaces. */

/** As it is where every shell takes it so, else in single quotes. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
