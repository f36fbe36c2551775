import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { programFlags } from './program.ts';
import { only, p88syncArguments, readCronJobs, readUnits, root, seconds, type Unit } from './units.ts';

const all = readUnits('.service');
const failed = all.filter(({ file }) => file.includes('@'));
const services = all.filter((unit) => !failed.includes(unit));
const timers = readUnits('.timer');
const jobs = readCronJobs();
const names = ['p88sync-discover', 'p88sync-full-sync', 'p88sync-tick'];

const commandLine = (unit: Unit) => only(unit, 'Service.ExecStart');
const flag = (args: readonly string[], name: string) => args[args.indexOf(name) + 1] ?? '';

const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;
if (!hasSystemd) process.stderr.write('systemd-analyze is not here: the units are only checked as text\n');

describe('what systemd says', () => {
  test('systemd-analyze verify has nothing to say', () => {
    // It wants the program to exist, so the copies call one that does.
    const folder = mkdtempSync(join(tmpdir(), 'p88sync-units-'));
    try {
      writeFileSync(join(folder, 'program'), '#!/bin/sh\n', { mode: 0o755 });
      const files = [...all, ...timers].map(({ file, text }) => {
        const path = join(folder, file);
        writeFileSync(path, text.replace(/^ExecStart=\S+/m, `ExecStart=${folder}/program`));
        return path;
      });
      expect(files.length).toBe(7);
      expect(analyze(['verify', ...files])).toBe('');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test.each(all)('$file is exposed by at most 1.5', ({ file }) => {
    const report = analyze(['security', '--offline=true', `${root}systemd/${file}`], 'Overall exposure level: 1.5');
    const exposure = /Overall exposure level.*: ([\d.]+)/.exec(report)?.[1];
    expect(Number(exposure), report).toBeLessThanOrEqual(1.5);
  });

  test.each(timers)('$file names times that systemd understands, in UTC', (timer) => {
    const calendar = only(timer, 'Timer.OnCalendar');
    expect(calendar).toMatch(/ UTC$/);
    expect(analyze(['calendar', calendar], `Normalized form: ${calendar}`)).toContain(`Normalized form: ${calendar}`);
  });

  /** Output and errors of systemd-analyze; where it is missing, what it would have said. */
  function analyze(args: readonly string[], otherwise = ''): string {
    if (!hasSystemd) return otherwise;
    const run = spawnSync('systemd-analyze', args, { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C.UTF-8' } });
    return `${run.stdout}${run.stderr}`;
  }
});

describe('the units as text', () => {
  test('a service and a timer for each of the three, and a template for those that failed', () => {
    expect(failed.map(({ file }) => file)).toEqual(['p88sync-failed@.service']);
    expect(services.map(({ file }) => file)).toEqual(names.map((name) => `${name}.service`));
    expect(timers.map(({ file }) => file)).toEqual(names.map((name) => `${name}.timer`));
  });

  test('the same account, secrets and protection in all services', () => {
    const [first, ...others] = services.map(({ text }) => text.slice(text.indexOf('SuccessExitStatus=')));
    for (const other of others) expect(other).toBe(first);
    expect(first).toContain('\nUser=p88sync\n');
    expect(first).toMatch(/^SuccessExitStatus=1 143\n/);
  });

  test.each(all)('$file writes no core file, which would hold secrets', (unit) => {
    expect(only(unit, 'Service.LimitCORE')).toBe('0');
  });

  test.each(services)('$file has it told when it failed', (service) => {
    expect(only(service, 'Unit.OnFailure')).toBe('p88sync-failed@%n.service');
  });

  test.each(failed)('$file: once an hour and unit, as the same account and as well protected', (unit) => {
    // The command counts the hours, in a folder that outlasts it.
    expect(only(unit, 'Unit.StartLimitIntervalSec')).toBe('0');
    const folder = ['RuntimeDirectory', 'RuntimeDirectoryPreserve'].map((key) => only(unit, `Service.${key}`));
    expect(folder).toEqual(['p88sync-failed', 'yes']);
    expect(p88syncArguments(commandLine(unit))).toEqual(['alert', 'unit-failed', '%i']);
    expect(only(unit, 'Service.Type')).toBe('oneshot');
    const fromBounds = (text: string) => text.slice(text.indexOf('CapabilityBoundingSet='));
    expect(fromBounds(unit.text)).toBe(fromBounds(services[0]?.text ?? ''));
    for (const key of ['User', 'Group', 'UMask', 'EnvironmentFile']) {
      expect(only(unit, `Service.${key}`)).toBe(only(services[0] as Unit, `Service.${key}`));
    }
    // What failed to tell of a failure is not told of either, without end.
    expect(unit.values.has('Unit.OnFailure')).toBe(false);
  });

  test.each(services)('$file is one bounded unit of work, which ends before systemd ends it', (service) => {
    expect(only(service, 'Service.Type')).toBe('oneshot');
    const ends = Number(flag(p88syncArguments(commandLine(service)), '--max-seconds'));
    expect(ends).toBeGreaterThan(0);
    expect(ends + 20).toBeLessThanOrEqual(seconds(only(service, 'Service.TimeoutStartSec')));
  });

  test('the times', () => {
    const keys = ['OnCalendar', 'AccuracySec', 'Persistent', 'RandomizedDelaySec'];
    const times = timers.map((timer) => [
      timer.file,
      ...keys.map((key) => timer.values.get(`Timer.${key}`)?.join() ?? '–'),
    ]);
    expect(times).toEqual([
      ['p88sync-discover.timer', '*-*-* 06,18:00:00 UTC', '–', 'true', '2min'],
      ['p88sync-full-sync.timer', '*-*-* 02:00:00 UTC', '–', '–', '2min'],
      ['p88sync-tick.timer', '*-*-* *:*:00 UTC', '1s', '–', '–'],
    ]);
    for (const timer of timers) expect(only(timer, 'Install.WantedBy')).toBe('timers.target');
  });
});

describe('the crontab', () => {
  test('the times, and the same command lines as systemd', () => {
    const folder = '"$STATE_DIRECTORY/';
    const lines = jobs.map(({ enabled, schedule, user, command }) => [
      enabled,
      schedule,
      user,
      p88syncArguments(command).join(' '),
    ]);
    const [discover, fullSync, tick] = services.map((service) => p88syncArguments(commandLine(service)).join(' '));
    expect(lines).toEqual([
      [true, '* * * * *', 'p88sync', tick],
      [true, '0 6,18 * * *', 'p88sync', discover],
      [false, '0 2 * * *', 'p88sync', fullSync?.replace('%S/p88sync/full-sync.json', `${folder}full-sync.json"`)],
    ]);
  });

  test.each(jobs)('$schedule: one at a time, ended by force after its time, readable by cron and sh', ({ command }) => {
    // cron takes a % for the end of the command.
    expect(command).not.toContain('%');
    expect(spawnSync('/bin/sh', ['-n', '-c', command]).status).toBe(0);
    const [, lock, limit] =
      /flock -n -E 0 "\$STATE_DIRECTORY\/([\w-]+)\.lock" timeout -k 10 (\d+) /.exec(command) ?? [];
    const args = p88syncArguments(command);
    expect(lock).toBe(args[0]);
    expect(Number(flag(args, '--max-seconds')) + 20).toBeLessThanOrEqual(Number(limit));
  });
});

test.each([...all.map((service) => commandLine(service)), ...jobs.map(({ command }) => command)])(
  'the program knows command and flags of %s',
  (line) => {
    const [command = '', ...rest] = p88syncArguments(line);
    const flags = programFlags().get(command);
    expect(flags, `${command} is no subcommand`).toBeDefined();
    for (const given of rest.filter((word) => word.startsWith('--'))) expect(flags).toContain(given);
  },
);
