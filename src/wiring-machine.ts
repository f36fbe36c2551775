/** The machine that this process runs on, for `doctor` and `timers`. */
import { execFile } from 'node:child_process';
import { realpathSync } from 'node:fs';
import {
  access,
  chmod,
  constants,
  mkdir,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Machine } from './commands/machine.ts';
import { UsageError } from './domain/errors.ts';
import { reasonOf } from './domain/system-errors.ts';

/** systemctl and id answer at once; one that waits for a bus that is not there must not hold `doctor` up. */
const commandMs = 5_000;

/** @param packageFolder see `Machine`. */
export function thisMachine(packageFolder: string): Machine {
  return {
    nodeVersion: process.versions.node,
    nodePath: realpathSync(process.execPath),
    programPath: realpathSync(process.argv[1] ?? process.execPath),
    packageFolder,
    isRoot: process.geteuid?.() === 0,
    now: () => new Date(),
    exists: (path) =>
      access(path).then(
        () => true,
        () => false,
      ),
    accessTo: (path) =>
      stat(path).then(
        ({ mode, uid }) => ({ mode, uid }),
        () => undefined,
      ),
    readText: (path) =>
      readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
        if (cause.code === 'ENOENT') return undefined;
        throw refused('read', path, cause);
      }),
    listFolder: async (path) => {
      const names = await readdir(path).catch((cause: NodeJS.ErrnoException) => {
        throw refused('list', path, cause);
      });
      return names.sort();
    },
    executableAt: async (path) => {
      try {
        await access(path, constants.X_OK);
        return (await stat(path)).isFile() ? await realpath(path) : undefined;
      } catch {
        return undefined;
      }
    },
    writeText: async (path, text) => {
      // No suffix that systemd or cron would read, should this process die before it is renamed.
      const draft = `${path}.p88sync~`;
      try {
        await mkdir(dirname(path), { recursive: true });
        await writeFile(draft, text);
        // Whatever the umask: systemctl and `doctor` read it as other users too.
        await chmod(draft, 0o644);
        await rename(draft, path);
      } catch (cause) {
        await rm(draft, { force: true }).catch(() => undefined);
        throw refused('write', path, cause as NodeJS.ErrnoException);
      }
    },
    run: (command, args) =>
      new Promise((resolve) => {
        execFile(command, args, { encoding: 'utf8', timeout: commandMs }, (error, stdout) => {
          if (error?.code === 'ENOENT') resolve(undefined);
          else resolve({ exitCode: error === null ? 0 : typeof error.code === 'number' ? error.code : 1, stdout });
        });
      }),
  };
}

function refused(what: string, path: string, cause: NodeJS.ErrnoException): UsageError {
  return new UsageError(`cannot ${what} ${path}: ${reasonOf(cause)}`, { cause });
}
