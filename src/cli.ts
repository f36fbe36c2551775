/** The commander program: what operators type. Each command loads its own file, so that a tick loads nothing else. */
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { adder, exitCodeHelp, type Invocation } from './cli/add-command.ts';
import { addLooking } from './cli/looking.ts';
import { addScoring } from './cli/scoring.ts';
import { addSyncing } from './cli/syncing.ts';
import { addTrying } from './cli/trying.ts';
import { addUpkeep } from './cli/upkeep.ts';
import { safeText } from './report/safe-text.ts';

/** What comes of the arguments: an invocation, handed to `run`. */
export function buildProgram(run: (invocation: Invocation) => Promise<void>): Command {
  const program = new Command('p88sync')
    .description(
      "Keeps race registrations and results current in PostgreSQL: RunSignUp, Race Roster, Haku, Let's Do This, ChronoTrack, Copernico.",
    )
    .version(readVersion())
    // It repeats what was typed, or pasted from somewhere. Set here, subcommands inherit it.
    .configureOutput({ outputError: (text, write) => write(`${safeText(text)}\n`) })
    .showHelpAfterError('(p88sync --help lists the commands)')
    .addHelpText('after', `\n${exitCodeHelp()}\n\nSettings are environment variables; the README lists them.`);
  const add = adder(run);
  addSyncing(program, add);
  addLooking(program, add);
  addScoring(program, add);
  addUpkeep(program, add);
  addTrying(program, add);
  return program;
}

function readVersion(): string {
  // dist/main.js and src/cli.ts both lie one folder below the package.
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
