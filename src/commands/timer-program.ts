/** How units and crontab start this p88sync, and as whom. */
import { UsageError } from '../domain/errors.ts';
import type { Machine } from './machine.ts';
import type { FillIn } from './timer-files.ts';

/** Where `#!/usr/bin/env node` finds node: systemd's PATH for services, and the one that the crontab sets. */
const searchPaths = {
  systemd: ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'],
  cron: ['/usr/local/bin', '/usr/bin', '/bin'],
} as const;

export type Scheduler = keyof typeof searchPaths;

/** Folders that the units hide (ProtectHome=, PrivateTmp=), and homes, which other accounts often cannot enter. */
const hidden = {
  systemd: /^\/(home|root|run\/user|tmp|var\/tmp)\//,
  cron: /^\/(home|root)\//,
} as const;

export interface TimerProgram extends FillIn {
  /** The account is there already. */
  readonly userExists: boolean;
  /** What would keep it from starting. */
  readonly notes: readonly string[];
}

/** @throws UsageError where a path or the account could not stand in a unit as it is. */
export async function timerProgram(machine: Machine, scheduler: Scheduler, user: string): Promise<TimerProgram> {
  if (!/^[a-z_][a-z0-9_-]{0,30}\$?$/i.test(user))
    throw new UsageError(`--user ${user}: expected the name of an account`);
  const words = await programWords(machine, scheduler);
  for (const path of words) {
    if (!/^[\w@+.,/-]+$/.test(path)) {
      throw new UsageError(`${path} has characters that units and crontabs give another meaning`, {
        hint: 'Install p88sync in a folder whose name has letters, digits and . , + - _ @ only.',
      });
    }
  }
  const primaryGroup = await machine.run('id', ['-gn', user]);
  const group = primaryGroup?.exitCode === 0 ? primaryGroup.stdout.trim() : '';
  return {
    command: words.join(' '),
    user,
    // useradd makes a group of the same name.
    group: group || user,
    userExists: group !== '',
    notes: words
      .filter((path) => hidden[scheduler].test(path))
      .map(
        (path) =>
          `${path} cannot be started from there: the account of the timers does not see that folder. Install p88sync and Node.js for all users.`,
      ),
  };
}

/** The launcher alone, where its first line finds the very node that runs now; else that node and the launcher. */
async function programWords(machine: Machine, scheduler: Scheduler): Promise<readonly string[]> {
  const { nodePath, programPath } = machine;
  if ((await machine.executableAt(programPath)) === undefined) return [nodePath, programPath];
  for (const folder of searchPaths[scheduler]) {
    const found = await machine.executableAt(`${folder}/node`);
    if (found !== undefined) return found === nodePath ? [programPath] : [nodePath, programPath];
  }
  return [nodePath, programPath];
}
