/** The README is part of the contract: every command, setting and exit code stands in it as the program has it. */
import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { expect, it } from 'vitest';
import { buildProgram } from '../../src/cli.ts';
import { variables } from '../../src/config.ts';
import { exitCodes } from '../../src/domain/exit-codes.ts';
import { providers } from '../../src/providers/registry.ts';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

function leaves(command: Command, path: readonly string[] = []): { path: string; command: Command }[] {
  return command.commands.flatMap((child) => {
    const here = [...path, child.name()];
    return child.commands.length > 0 ? leaves(child, here) : [{ path: here.join(' '), command: child }];
  });
}

/** From its heading to the next heading of any level. */
function sectionOf(heading: string): string {
  const [, after = ''] = `\n${readme}`.split(`\n${heading}\n`);
  return after.split(/^##/m)[0] ?? '';
}

const commands = leaves(buildProgram(async () => {}));

it.each(commands)('the README names the command $path', ({ path }) => {
  const [first = '', second] = path.split(' ');
  const row = readme.split('\n').filter((line) => line.startsWith(`| \`${first}`));
  expect(row.join('\n')).toContain(second ?? first);
});

it.each(commands)('$path has help with examples and exit codes', ({ path, command }) => {
  let help = '';
  command.configureOutput({
    writeOut: (text) => {
      help += text;
    },
  });
  command.outputHelp();
  expect(help).toContain('Examples:');
  expect(help).toContain(`p88sync ${path}`);
  expect(help).toContain('Exit codes:');
  for (const option of ['--json', '--debug', '--now']) expect(help).toContain(option);
});

it.each(commands)('every own option of $path stands in the README', ({ command }) => {
  const own = command.options
    .map((option) => option.long ?? '')
    .filter((long) => !['--json', '--debug', '--now'].includes(long));
  expect(own.filter((long) => !readme.includes(long))).toEqual([]);
});

it('lists every setting, in order, with meaning and default', () => {
  const rows = variables.map(
    (one) => `| \`${one.name}\`${one.secret ? ' 🔒' : ''} | ${one.meaning} | ${one.default ?? '–'} |`,
  );
  expect(readme).toContain(rows.join('\n'));
});

it('lists every exit code', () => {
  const rows = Object.values(exitCodes).map(({ code, meaning }) => `| ${code} | ${meaning} |`);
  expect(readme).toContain(rows.join('\n'));
});

it.each(providers)(
  '$displayName has a section: credential, where to find it, calls, limits, what is unconfirmed',
  (one) => {
    const section = sectionOf(`### ${one.displayName}`);
    const labels = [...section.matchAll(/^- \*\*(.+?)\*\*/gm)].map(([, label]) => label);
    expect(labels).toEqual(
      expect.arrayContaining(['Credential', 'Where to find it', 'Calls', 'Limits', 'Unconfirmed']),
    );
    const credential = section.split(/^- /m).find((item) => item.startsWith('**Credential**'));
    expect(credential).toContain('principal');
    expect(credential).toContain('secret');
  },
);

it.each(providers)('the table marks what $displayName takes as a secret in additional_config', (one) => {
  const row = sectionOf('## Providers')
    .split('\n')
    .find((line) => line.startsWith(`| [\`${one.name}\`]`));
  const marked = [...(row ?? '').matchAll(/`(\w+)`(?:\*\*)? 🔒/g)].map(([, key]) => key);
  expect(marked).toEqual(one.secretConfig ?? []);
});

it.each(providers)('the tables of all providers have $displayName, its abilities and its calls an hour', (one) => {
  const rows = sectionOf('## Providers').split('\n');
  const row = rows.find((line) => line.startsWith(`| [\`${one.name}\`]`)) ?? '';
  const { registrations, takesParticipants, givesResults, takesResults } = one.abilities;
  const abilities = [
    registrations && 'registrations',
    takesParticipants && 'takes participants',
    givesResults && 'gives results',
    takesResults && 'takes results',
  ].filter((ability) => ability !== false);
  expect(row.split(' | ').at(-1)).toBe(`${abilities.join(', ')} |`);
  const calls = one.defaults.callsPerHour.toLocaleString('en-US');
  expect(rows.filter((line) => line.startsWith(`| ${one.displayName} | ${calls} |`))).toHaveLength(1);
});
