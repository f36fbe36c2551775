/** The log as everybody sees it; `src/log.ts` makes it, the commands hand it down. Types only. */
export interface Log {
  /** True where `debug` writes: ask before gathering something costly. */
  readonly debugEnabled: boolean;
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  /** A log whose lines all carry `fields`. */
  child(fields: object): Log;
}
