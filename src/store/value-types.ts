/** How column values come back, the same from both drivers. Keys are PostgreSQL type oids. */
export const textTypes: Readonly<Record<number, (value: string) => unknown>> = {
  // int8: our counters and ids stay far below 2^53, and text would make every comparison a trap.
  20: Number,
  // date and timestamp without zone: wall times, which a Date would silently move into this host's zone.
  1082: (value) => value,
  1114: (value) => value,
  // numeric: money, kept as decimal text.
  1700: (value) => value,
};
