/** The machine that the program runs on, as far as `doctor` looks at it and `timers` writes to it; src/wiring-machine.ts is the real one. */
import type { FileAccess } from '../domain/file-access.ts';

export interface Machine {
  /** `20.19.2` */
  readonly nodeVersion: string;
  /** Absolute, links followed. */
  readonly nodePath: string;
  /** The launcher that was started: absolute, links followed. */
  readonly programPath: string;
  /** The installed package, with systemd/ and cron/ in it. */
  readonly packageFolder: string;
  readonly isRoot: boolean;
  /** This machine's own clock (UTC), whatever --now says. */
  now(): Date;
  exists(path: string): Promise<boolean>;
  /** Undefined where there is no such file, or this account may not see it. */
  accessTo(path: string): Promise<FileAccess | undefined>;
  /** Undefined where there is no such file. @throws UsageError where it cannot be read. */
  readText(path: string): Promise<string | undefined>;
  /** Names in a folder, sorted. @throws UsageError */
  listFolder(path: string): Promise<readonly string[]>;
  /** Where the path leads once links are followed; undefined unless there is a file that may be executed. */
  executableAt(path: string): Promise<string | undefined>;
  /** Writes a file that everybody may read, whole or not at all, and the folders above it. @throws UsageError */
  writeText(path: string, text: string): Promise<void>;
  /** Undefined where there is no such command. */
  run(
    command: string,
    args: readonly string[],
  ): Promise<{ readonly exitCode: number; readonly stdout: string } | undefined>;
}
