/** How a command is declared: what all of them have, and what comes of the arguments. */
import type { Command } from 'commander';
import type { CommandContext, CommandResult } from '../commands/context.ts';
import { exitCodes } from '../domain/exit-codes.ts';

/** Options that every command has. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly debug?: boolean;
  readonly now?: string;
  /** Of commands that have `--max-seconds`. */
  readonly maxSeconds?: string;
  /** Of the commands that have it. */
  readonly dryRun?: boolean;
}

export interface Invocation {
  /** `tick`, `credentials add`. */
  readonly command: string;
  readonly options: CommonOptions;
  /** False for the few commands that bring their own world and need no configuration; `alerts`: only that of alerts. */
  readonly needsConfig: boolean | 'alerts';
  execute(context: CommandContext): Promise<CommandResult>;
}

/** Declares a command of `parent`. */
export type AddCommand = ReturnType<typeof adder>;

type Execute = (
  context: CommandContext,
  args: readonly (string | undefined)[],
  options: Record<string, never>,
) => Promise<CommandResult>;

interface CommandKind {
  /** False: it brings its own world; `alerts`: it works whatever else is set wrong. Default: true. */
  readonly needsConfig?: Invocation['needsConfig'];
  /** What its group does where no subcommand is named. */
  readonly isDefault?: boolean;
}

export function adder(run: (invocation: Invocation) => Promise<void>) {
  return (
    parent: Command,
    usage: string,
    description: string,
    examples: readonly string[],
    execute: Execute,
    extend?: (command: Command) => Command,
    { needsConfig = true, isDefault = false }: CommandKind = {},
  ) => {
    const command = parent.command(usage, { isDefault }).description(description);
    const name = parent.parent ? `${parent.name()} ${command.name()}` : command.name();
    command.showHelpAfterError(`(p88sync ${name} --help says what it takes)`);
    extend?.(command);
    command
      .option('--json', 'one JSON object on standard output; the log goes to standard error')
      .option('--debug', 'log every call, page and statement')
      .option('--now <iso>', 'the clock of this run, such as 2026-09-13T10:30:00Z; for questions and rehearsals')
      .addHelpText('after', moreHelp(examples))
      .action(async (...given: unknown[]) => {
        const args = given.slice(0, command.registeredArguments.length) as (string | undefined)[];
        const options = command.opts<CommonOptions>();
        await run({
          command: name,
          options,
          needsConfig,
          execute: (context) => execute(context, args, options as Record<string, never>),
        });
      });
  };
}

/** A command that only has subcommands. */
export function group(program: Command, name: string, description: string, examples: readonly string[]): Command {
  return program
    .command(name)
    .description(description)
    .showHelpAfterError(`(p88sync ${name} --help lists its commands)`)
    .addHelpText('after', moreHelp(examples));
}

function moreHelp(examples: readonly string[]): string {
  return `\nExamples:\n${examples.map((example) => `  p88sync ${example}`).join('\n')}\n\n${exitCodeHelp()}`;
}

/** An option that may be given several times. */
export function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}

export function maxSeconds(command: Command): Command {
  return command.option('--max-seconds <n>', 'end after so many seconds; the next run goes on from there');
}

export function allowMassRemoval(command: Command): Command {
  return command.option(
    '--allow-mass-removal',
    'mark everybody (or every result) as removed that a complete listing lacks, however many',
  );
}

export function exitCodeHelp(): string {
  const lines = Object.values(exitCodes).map(({ code, meaning }) => `  ${String(code).padStart(3)}  ${meaning}`);
  return `Exit codes:\n${lines.join('\n')}`;
}
