/** Numbers as people read them. */
const grouped = new Intl.NumberFormat('en-US');

/** `1,234` */
export function countText(value: number): string {
  return grouped.format(value);
}

/** `1 event`, `2 events`, `1,234 events`; a plural other than with s is given. */
export function nounText(count: number, noun: string, plural = `${noun}s`): string {
  return `${countText(count)} ${count === 1 ? noun : plural}`;
}
