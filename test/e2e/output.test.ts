/** What every command prints: one JSON value and nothing else under --json, help with examples and exit codes. */
import type { Command } from 'commander';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildProgram } from '../../src/cli.ts';
import { exitCodes } from '../../src/domain/exit-codes.ts';
import { addAccount, addEvent, addRace, addRegistrations } from '../../src/sandbox/build-world.ts';
import { runEvent } from '../../src/sandbox/finishes.ts';
import type { RaceEvent } from '../../src/sandbox/world.ts';
import { rowVersions } from './compare.ts';
import { hour, type Installation, install, saturday } from './installation.ts';
import { run, start } from './program.ts';

const raceUuid = '7f2c0f0e-1111-4c1d-9d0a-00000000000a';
const scoring = `1:copernico:lake-run-2026:${raceUuid}/10K`;

let here: Installation;
let scored: RaceEvent;
beforeAll(async () => {
  here = await install((world) => {
    const startAt = new Date(saturday.getTime() + 2 * hour);
    const race = addRace(world, { name: 'Lake Run' });
    const event = addEvent(world, race, { id: '661001', startAt });
    addRegistrations(world, event, 5);
    const scoredRace = addRace(world, { provider: 'copernico', id: raceUuid, name: 'Lake Run' });
    scored = addEvent(world, scoredRace, { name: '10K', startAt });
    addAccount(world, { company: 'Peak Timing', races: [race] });
    addAccount(world, { company: 'Peak Timing', provider: 'copernico', races: [scoredRace] });
  });
});
afterAll(() => here.close());

/** `credentials add`, for every command and group. */
function allCommands(parent: Command = buildProgram(async () => undefined), path = ''): string[] {
  return parent.commands.flatMap((command) => {
    const name = `${path} ${command.name()}`.trim();
    return [name, ...allCommands(command, name)];
  });
}
const groups = ['alert', 'credentials', 'link', 'partners', 'timers'];

describe('--json', () => {
  /** In an order in which each finds what it needs; a tilde stands for a blank in an argument. */
  const fieldsOf: Readonly<Record<string, string>> = {
    migrate: 'database applied',
    'partners add Coast~Timing': 'partnerId name',
    'partners list': 'partners',
    'partners remove Coast~Timing': 'removed',
    'credentials add 1:runsignup --principal other': 'credentialId partnerId provider replaced',
    'credentials remove 3': 'removed',
    'credentials list': 'credentials',
    'credentials test': 'credentials',
    'credentials keygen': 'key',
    'credentials encrypt': 'exitCode credentials',
    'credentials rotate-key': 'exitCode credentials',
    discover: 'exitCode credentials',
    'tick --dry-run': 'now calls units leftOut',
    tick: 'exitCode durationMs totals units leftOut',
    'sync-event 1:runsignup:661001': 'exitCode durationMs totals units leftOut',
    [`link add 1:runsignup:661001 ${scoring}`]: 'added link',
    'link list': 'links',
    [`push-participants ${scoring} --dry-run`]: 'dryRun events',
    [`push-participants ${scoring}`]: 'exitCode durationMs events',
    [`pull-results ${scoring}`]: 'exitCode durationMs events',
    'publish-results 1:runsignup:661001 --yes':
      'exitCode status durationMs apiCalls event resultSet action counts outcomes racing elsewhere refused unmappedSplits changes',
    'link remove 1:runsignup:661001': 'removed',
    'full-sync': 'exitCode startedAt finishedAt durationMs database totals partners failures left resumed',
    status: 'now verdict database partners lastDiscoveryAt lastSyncAt rejectedRows running events links credentials',
    prune: 'before historyRows apiCalls',
    'doctor --no-calls': '',
    audit: 'exitCode now from prunedBefore database broken promises',
    'timers print': 'scheduler files',
    'timers install --dry-run': 'files',
    'alert unit-failed p88sync-tick.service': 'exitCode unit channels',
  };

  test.each(Object.entries(fieldsOf))('%s', async (line, fields) => {
    if (line.startsWith('pull-results')) runEvent(here.world, scored);
    const args = line.split(' ').map((arg) => arg.replaceAll('~', ' '));
    const now = line.startsWith('timers') ? [] : ['--now', here.now().toISOString()];
    const { code, stdout, stderr, json } = await run([...args, ...now, '--json'], { env: here.env, input: 'hush' });
    // Doctor finds that this machine has no timers.
    expect({ code, stderr }).toMatchObject({ code: line.startsWith('doctor') ? expect.any(Number) : 0 });
    expect(Object.keys(json)).toEqual(expect.arrayContaining(fields.split(' ').filter(Boolean)));
    if ('exitCode' in json) expect(json['exitCode']).toBe(code);
    expect(stdout.trimEnd()).toBe(stdout.slice(0, -1));
  });

  test('sandbox: its address and credentials at once, and nothing more when it ends', async () => {
    const sandbox = start(['sandbox', '--port', '0', '--json']);
    const first = await new Promise<string>((resolve) =>
      sandbox.child.stdout?.once('data', (data) => resolve(`${data}`)),
    );
    const { url } = JSON.parse(first) as { url: string };
    expect((await fetch(`${url}/control/`)).status).toBe(200);
    sandbox.child.kill('SIGTERM');
    const { code, json } = await sandbox.ended;
    expect(code).toBe(0);
    expect(json).toMatchObject({ url, environment: { P88SYNC_RUNSIGNUP_URL: `${url}/runsignup` } });
  });

  test('no command is missing here', () => {
    // test/e2e/alert-commands.test.ts has what `alert test` prints: without a channel it refuses.
    const covered = [...Object.keys(fieldsOf), 'sandbox', 'demo', 'alert test'];
    const missing = allCommands().filter(
      (name) => !groups.includes(name) && !covered.some((line) => `${line} `.startsWith(`${name} `)),
    );
    expect(missing).toEqual([]);
  });
});

describe('--help', () => {
  test.each(allCommands())('%s: usage, examples that call it, every exit code', async (name) => {
    const { code, stdout, stderr } = await run([...name.split(' '), '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`Usage: p88sync ${name}`);
    expect(stdout).toMatch(new RegExp(`Examples:\n  p88sync ${name}`));
    expect(stdout).toContain(exitCodeTable());
    if (!groups.includes(name))
      for (const option of ['--json', '--debug', '--now <iso>']) expect(stdout).toContain(option);
  });

  test('the program itself, and without a command the same with exit code 2', async () => {
    const [asked, nothing] = await Promise.all([run(['--help']), run([])]);
    expect(asked).toMatchObject({ code: 0, stderr: '' });
    expect(asked.stdout).toContain(exitCodeTable());
    for (const name of allCommands()) expect(asked.stdout).toContain(name.split(' ')[0] ?? '');
    expect(nothing).toMatchObject({ code: 2, stdout: '' });
    expect(nothing.stderr).toContain('Usage: p88sync');
  });

  function exitCodeTable(): string {
    const lines = Object.values(exitCodes).map(({ code, meaning }) => `${String(code).padStart(5)}  ${meaning}`);
    return `Exit codes:\n${lines.join('\n')}`;
  }
});

test('tick --dry-run calls nobody, stores nothing, and prints the plan that the tick then carries out', async () => {
  here.pass(hour);
  const everything = async () => ({
    rows: await rowVersions(here),
    history: await here.query('select * from sync_history order by 1'),
    calls: await here.query('select * from api_calls order by 1'),
  });
  const before = await everything();
  here.newCalls();
  const { code, json } = await here.run('tick', '--dry-run', '--json');
  const text = await here.run('tick', '--dry-run');
  expect(code).toBe(0);
  expect(text.stdout).toContain('1:runsignup:661001');
  expect(here.newCalls()).toEqual([]);
  expect(await everything()).toEqual(before);
  const planned = json['units'].map((unit: { events: { id: string }[]; kind: string }) => [
    unit.events[0]?.id,
    unit.kind,
  ]);
  const done = (await here.run('tick', '--json')).json['units'];
  expect(done.map((unit: { events: { id: string }[]; kind: string }) => [unit.events[0]?.id, unit.kind])).toEqual(
    planned,
  );
  expect(planned).toEqual([['1:runsignup:661001', 'incremental']]);
});
