/** `timers print`, `timers install`: the units of systemd/ or the crontab of cron/, filled in for this machine. */
import { join } from 'node:path';
import { UsageError } from '../domain/errors.ts';
import { installedJson, renderInstalled, type TimerFile } from '../report/timers-text.ts';
import type { CommandContext, CommandResult } from './context.ts';
import type { Machine } from './machine.ts';
import { fillCrontab, fillService, settingsFile } from './timer-files.ts';
import { type Scheduler, type TimerProgram, timerProgram } from './timer-program.ts';

export interface TimersOptions {
  readonly cron?: boolean;
  readonly user: string;
}

export interface TimersInstallOptions extends TimersOptions {
  readonly dryRun?: boolean;
  readonly force?: boolean;
  readonly root?: string;
}

const folders = { systemd: '/etc/systemd/system', cron: '/etc/cron.d' } as const;
const stateFolder = '/var/lib/p88sync';

export async function runTimersPrint(context: CommandContext, options: TimersOptions): Promise<CommandResult> {
  const machine = await context.machine();
  const scheduler = schedulerOf(options);
  const program = await timerProgram(machine, scheduler, options.user);
  for (const note of program.notes) context.log.warn({}, note);
  const files = await filledIn(machine, scheduler, program);
  const texts = files.map(({ path, text }) => (scheduler === 'cron' ? text : `# ${path}\n${text}`).trimEnd());
  return {
    exit: 'done',
    text: texts.join('\n\n'),
    json: { scheduler, command: program.command, user: program.user, notes: program.notes, files },
  };
}

export async function runTimersInstall(context: CommandContext, options: TimersInstallOptions): Promise<CommandResult> {
  const machine = await context.machine();
  const scheduler = schedulerOf(options);
  const { dryRun = false, force = false, root } = options;
  if (!dryRun && root === undefined) await refuseUnlessPossible(machine, scheduler);
  const program = await timerProgram(machine, scheduler, options.user);
  const found = await compare(machine, await filledIn(machine, scheduler, program), root);
  const differing = found.filter((file) => file.state === 'replaced').map((file) => file.path);
  if (differing.length > 0 && !force) {
    throw new UsageError(
      `nothing was written, because these files differ from what would be: ${differing.join(', ')}`,
      {
        hint: 'Compare them with `p88sync timers print`; --force overwrites them. Changes of your own are safe in `systemctl edit`.',
      },
    );
  }
  if (!dryRun) {
    for (const file of found) if (file.state !== 'unchanged') await machine.writeText(file.path, file.text);
  }
  const installed = {
    dryRun,
    files: found,
    remaining: await remainingCommands(machine, scheduler, program),
    notes: [...program.notes, ...(await surroundings(machine, scheduler))],
  };
  return {
    exit: 'done',
    text: renderInstalled(installed, context.terminal),
    json: { scheduler, ...installedJson(installed) },
  };
}

function schedulerOf({ cron }: TimersOptions): Scheduler {
  return cron ? 'cron' : 'systemd';
}

async function filledIn(machine: Machine, scheduler: Scheduler, program: TimerProgram) {
  const source = join(machine.packageFolder, scheduler);
  const names = await machine.listFolder(source);
  return Promise.all(
    names.map(async (name) => {
      const template = (await machine.readText(join(source, name))) ?? '';
      const fill =
        scheduler === 'cron' ? fillCrontab : name.endsWith('.service') ? fillService : (text: string) => text;
      return { path: `${folders[scheduler]}/${name}`, text: fill(template, program) };
    }),
  );
}

async function compare(
  machine: Machine,
  files: readonly { readonly path: string; readonly text: string }[],
  root: string | undefined,
): Promise<readonly (TimerFile & { readonly text: string })[]> {
  return Promise.all(
    files.map(async ({ path, text }) => {
      const target = root === undefined ? path : join(root, path);
      const there = await machine.readText(target);
      const state = there === undefined ? 'written' : there === text ? 'unchanged' : 'replaced';
      return { path: target, text, state } as const;
    }),
  );
}

/** @throws UsageError before anything is written. */
async function refuseUnlessPossible(machine: Machine, scheduler: Scheduler): Promise<void> {
  const folder = folders[scheduler];
  if (!machine.isRoot) {
    throw new UsageError(`only root may write to ${folder}`, {
      hint: 'Say it with sudo. `p88sync timers install --dry-run` shows what would be done.',
    });
  }
  if (await machine.exists(folder)) return;
  throw new UsageError(`this machine has no folder ${folder}`, {
    hint: scheduler === 'cron' ? 'Is cron installed?' : 'Without systemd: `p88sync timers install --cron`.',
  });
}

/** What a person has to do still, in this order. */
async function remainingCommands(machine: Machine, scheduler: Scheduler, program: TimerProgram): Promise<string[]> {
  const { user, group, userExists } = program;
  const commands: string[] = [];
  if (!userExists) {
    commands.push(`useradd --system --create-home --home-dir ${stateFolder} --shell /usr/sbin/nologin ${user}`);
  }
  if (scheduler === 'systemd') {
    commands.push('systemctl daemon-reload', 'systemctl enable --now p88sync-discover.timer p88sync-tick.timer');
  } else if (userExists && !(await machine.exists(stateFolder))) {
    commands.push(`install -d -m 0700 -o ${user} -g ${group} ${stateFolder}`);
  }
  return commands;
}

async function surroundings(machine: Machine, scheduler: Scheduler): Promise<readonly string[]> {
  const notes: string[] = [];
  const other = scheduler === 'cron' ? `${folders.systemd}/p88sync-tick.timer` : `${folders.cron}/p88sync`;
  if (await machine.exists(other)) notes.push(`${other} is there too: use one of the two, or every tick runs twice.`);
  if (!(await machine.exists(settingsFile))) {
    notes.push(`The settings are read from ${settingsFile}, which is not there yet; the README shows how to make it.`);
  }
  return notes;
}
