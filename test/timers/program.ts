/** The subcommands and flags that the program has, for the tests that hold units and crontab against it. */
import { buildProgram } from '../../src/cli.ts';

/** Subcommand → its flags. */
export function programFlags(): ReadonlyMap<string, readonly string[]> {
  const { commands } = buildProgram(async () => {});
  return new Map(
    commands.map((command) => [
      command.name(),
      command.options.flatMap((option) => (option.long === undefined ? [] : [option.long])),
    ]),
  );
}
