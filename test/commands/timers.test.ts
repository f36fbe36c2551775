/** timers print and install on machines of all kinds, none of them this one. */
import { describe, expect, it, test } from 'vitest';
import { fillCrontab, fillService } from '../../src/commands/timer-files.ts';
import { type Scheduler, timerProgram } from '../../src/commands/timer-program.ts';
import { runTimersInstall, runTimersPrint, type TimersInstallOptions } from '../../src/commands/timers.ts';
import { UsageError } from '../../src/domain/errors.ts';
import { inProcess } from '../e2e/in-process.ts';
import { readCrontab, readUnits } from '../timers/units.ts';
import { type FakeMachine, type FakeOptions, fakeMachine } from './fake-machine.ts';

const units = [...readUnits('.service'), ...readUnits('.timer')].sort((a, b) => (a.file < b.file ? -1 : 1));
const template = readCrontab();

/** The package as it is installed, and folders that every machine with systemd and cron has. */
const packaged = {
  ...Object.fromEntries(units.map(({ file, text }) => [`/opt/p88sync/systemd/${file}`, text])),
  '/opt/p88sync/cron/p88sync': template,
  '/etc/systemd/system/other.service': '',
  '/etc/cron.d/other': '',
  '/etc/p88sync/p88sync.env': '',
};

const machineWith = ({ files, ...options }: FakeOptions = {}) =>
  fakeMachine({ files: { ...packaged, ...files }, ...options });

interface InstallJson {
  readonly files: readonly { path: string; state: string }[];
  readonly remaining: readonly string[];
  readonly notes: readonly string[];
}

async function install(machine: FakeMachine, options: Partial<TimersInstallOptions> = {}): Promise<InstallJson> {
  const env = { P88SYNC_DATA_DIR: '/' };
  const result = await inProcess(
    (context) => runTimersInstall({ ...context, machine: async () => machine }, { user: 'p88sync', ...options }),
    { env },
  );
  return result.json as InstallJson;
}

const changedLines = (before: string, after: string) => {
  const known = new Set(before.split('\n'));
  return after.split('\n').filter((line) => !known.has(line));
};

describe('how p88sync is started', () => {
  const launcher = '/opt/p88sync/bin/p88sync.js';
  const node = '/opt/node/bin/node';
  it.each<[string, Scheduler, Record<string, string>, string]>([
    ['the launcher finds this node', 'systemd', { [launcher]: launcher, '/usr/bin/node': node }, launcher],
    ['it finds none', 'systemd', { [launcher]: launcher }, `${node} ${launcher}`],
    [
      'it finds another one first',
      'systemd',
      { [launcher]: launcher, '/usr/local/bin/node': '/usr/local/bin/node', '/usr/bin/node': node },
      `${node} ${launcher}`,
    ],
    ['it may not be executed', 'systemd', { '/usr/bin/node': node }, `${node} ${launcher}`],
    ['systemd looks there', 'systemd', { [launcher]: launcher, '/usr/local/sbin/node': node }, launcher],
    ['the crontab does not', 'cron', { [launcher]: launcher, '/usr/local/sbin/node': node }, `${node} ${launcher}`],
  ])('%s', async (_, scheduler, executables, command) => {
    const machine = fakeMachine({ nodePath: node, executables });
    expect((await timerProgram(machine, scheduler, 'p88sync')).command).toBe(command);
  });

  it.each([
    ['an account that is there', 'timing', { user: 'timing', group: 'staff', userExists: true }],
    ['one that is not', 'p88sync', { user: 'p88sync', group: 'p88sync', userExists: false }],
  ])('%s', async (_, user, expected) => {
    const machine = fakeMachine({ answers: { 'id -gn timing': 'staff' } });
    expect(await timerProgram(machine, 'systemd', user)).toMatchObject(expected);
  });

  it.each(['', 'a b', '-rf', 'root;reboot', 'x\ny', 'ö'])('refuses %j as an account', async (user) => {
    await expect(timerProgram(fakeMachine(), 'systemd', user)).rejects.toThrow(UsageError);
  });

  it.each(['/opt/my apps/p88sync.js', '/opt/50%/p88sync.js', '/opt/$x/p88sync.js', "/opt/it's/p88sync.js"])(
    'refuses %s, which a unit or a shell would read otherwise',
    async (programPath) => {
      await expect(timerProgram(fakeMachine({ programPath }), 'systemd', 'p88sync')).rejects.toThrow(UsageError);
    },
  );

  it.each<[string, Scheduler, number]>([
    ['/opt/p88sync/bin/p88sync.js', 'systemd', 0],
    ['/root/p88sync/bin/p88sync.js', 'systemd', 1],
    ['/home/ann/p88sync/bin/p88sync.js', 'cron', 1],
    ['/tmp/p88sync/bin/p88sync.js', 'systemd', 1],
    ['/tmp/p88sync/bin/p88sync.js', 'cron', 0],
  ])('%s is out of sight of %s: %i notes', async (programPath, scheduler, notes) => {
    const machine = fakeMachine({
      programPath,
      executables: { [programPath]: programPath, '/bin/node': '/usr/bin/node' },
    });
    expect((await timerProgram(machine, scheduler, 'p88sync')).notes).toHaveLength(notes);
  });
});

describe('what is filled in', () => {
  const fill = { command: '/opt/node/bin/node /opt/p88sync/bin/p88sync.js', user: 'timing', group: 'staff' };

  it.each(units.filter(({ file }) => file.endsWith('.service')))(
    '$file: program, account, and nothing else',
    (unit) => {
      const arguments_ = /^ExecStart=\S+ (.*)$/m.exec(unit.text)?.[1];
      const filled = fillService(unit.text, fill);
      expect(changedLines(unit.text, filled)).toEqual([
        "# Written by `p88sync timers` with this machine's paths. `systemctl edit` is the place for changes.",
        `ExecStart=${fill.command} ${arguments_}`,
        'User=timing',
        'Group=staff',
      ]);
      expect(filled).not.toContain('/usr/local/bin');
      expect(changedLines(filled, unit.text).filter((line) => !line.startsWith('#'))).toHaveLength(3);
    },
  );

  test('the crontab: program and account of all three jobs, and what its head tells to do', () => {
    const filled = fillCrontab(template, fill);
    const jobs = template.split('\n').filter((line) => line.includes('p88sync set -a'));
    const wanted = jobs.map((line) =>
      line.replace(' p88sync set -a', ' timing set -a').replace('/usr/local/bin/p88sync', fill.command),
    );
    expect(jobs).toHaveLength(3);
    expect(changedLines(template, filled)).toEqual([
      "# Written by `p88sync timers` with this machine's paths. --force writes it anew.",
      '#   useradd --system --create-home --home-dir /var/lib/p88sync --shell /usr/sbin/nologin timing',
      '#   install -d -m 0750 -o root -g staff /etc/p88sync',
      '#   install -m 0640 -o root -g staff p88sync.env /etc/p88sync/p88sync.env',
      wanted[0],
      wanted[1],
      wanted[2],
    ]);
  });

  it.each(['[Service]\nExecStart=/usr/local/bin/p88sync tick\n', '[Unit]\n\nExecStart=/usr/bin/p88sync tick\n'])(
    'a template that is not what it was is a bug: %j',
    (text) => {
      expect(() => fillService(text, fill)).toThrow(/a template of the package/);
    },
  );
});

describe('install', () => {
  const paths = units.map(({ file }) => `/etc/systemd/system/${file}`);
  const states = (json: InstallJson) => json.files.map(({ state }) => state);
  const enable = ['systemctl daemon-reload', 'systemctl enable --now p88sync-discover.timer p88sync-tick.timer'];
  const useradd = 'useradd --system --create-home --home-dir /var/lib/p88sync --shell /usr/sbin/nologin';

  test('writes what print prints, and runs nothing but the question for the account', async () => {
    const machine = machineWith();
    const json = await install(machine);
    expect(json).toMatchObject({ remaining: [`${useradd} p88sync`, ...enable], notes: [] });
    expect(json.files).toEqual(paths.map((path) => ({ path, state: 'written' })));
    const printed = await inProcess(
      (context) => runTimersPrint({ ...context, machine: async () => machine }, { user: 'p88sync' }),
      { env: { P88SYNC_DATA_DIR: '/' } },
    );
    expect(printed.text).toBe(paths.map((path) => `# ${path}\n${machine.files.get(path)?.trimEnd()}`).join('\n\n'));
    expect(new Set(machine.commands)).toEqual(new Set(['id -gn p88sync']));
  });

  test('a second time touches nothing', async () => {
    const machine = machineWith();
    await install(machine);
    const again = { ...machine, writeText: () => Promise.reject(new Error('it was written')) };
    expect(new Set(states(await install(again)))).toEqual(new Set(['unchanged']));
  });

  test('refuses to overwrite what differs before it writes anything, and names it', async () => {
    const tick = paths.indexOf('/etc/systemd/system/p88sync-tick.service');
    const machine = machineWith({ files: { [paths[tick] ?? '']: '[Unit]\n' } });
    const before = new Map(machine.files);
    await expect(install(machine)).rejects.toThrow(
      'nothing was written, because these files differ from what would be: /etc/systemd/system/p88sync-tick.service',
    );
    await expect(install(machine, { dryRun: true })).rejects.toThrow(UsageError);
    expect(machine.files).toEqual(before);
    expect(states(await install(machine, { force: true }))).toEqual(
      paths.map((_, at) => (at === tick ? 'replaced' : 'written')),
    );
    expect(machine.files.get(paths[tick] ?? '')).toContain('ExecStart=/opt/p88sync/bin/p88sync.js tick');
  });

  test('--dry-run writes nothing, and needs no rights', async () => {
    const machine = machineWith({ isRoot: false });
    const before = new Map(machine.files);
    expect(new Set(states(await install(machine, { dryRun: true })))).toEqual(new Set(['written']));
    expect(machine.files).toEqual(before);
  });

  test('--root puts all of it below a folder, as anybody', async () => {
    const machine = machineWith({ isRoot: false });
    const json = await install(machine, { root: '/build', cron: true });
    expect(json.files).toEqual([{ path: '/build/etc/cron.d/p88sync', state: 'written' }]);
    expect(machine.files.has('/build/etc/cron.d/p88sync')).toBe(true);
  });

  it.each<[string, FakeOptions, Partial<TimersInstallOptions>, RegExp]>([
    ['without rights', { isRoot: false }, {}, /^only root may write to \/etc\/systemd\/system$/],
    ['without rights, cron', { isRoot: false }, { cron: true }, /^only root may write to \/etc\/cron\.d$/],
    ['without systemd', { exists: async () => false }, {}, /^this machine has no folder \/etc\/systemd\/system$/],
    ['an account that is none', {}, { user: 'a b' }, /^--user a b: /],
  ])('refuses %s', async (_, machine, options, message) => {
    const fake = machineWith(machine);
    const before = new Map(fake.files);
    await expect(install(fake, options)).rejects.toThrow(message);
    expect(fake.files).toEqual(before);
  });

  const there = { answers: { 'id -gn timing': 'staff' } };
  const settings = /^The settings are read from \/etc\/p88sync\/p88sync\.env, which is not there yet/;
  it.each<[string, FakeOptions, Partial<TimersInstallOptions>, string[], RegExp[]]>([
    ['an account that is there', there, { user: 'timing' }, enable, []],
    ['cron, no account', {}, { cron: true }, [`${useradd} p88sync`], []],
    [
      'cron, no state folder',
      there,
      { cron: true, user: 'timing' },
      ['install -d -m 0700 -o timing -g staff /var/lib/p88sync'],
      [],
    ],
    ['cron, all there', { ...there, files: { '/var/lib/p88sync/x': '' } }, { cron: true, user: 'timing' }, [], []],
    [
      'systemd beside cron',
      { ...there, files: { '/etc/cron.d/p88sync': '' } },
      { user: 'timing' },
      enable,
      [/^\/etc\/cron\.d\/p88sync is there too/],
    ],
    [
      'cron beside systemd',
      { files: { '/etc/systemd/system/p88sync-tick.timer': '', '/var/lib/p88sync/x': '' }, ...there },
      { cron: true, user: 'timing' },
      [],
      [/^\/etc\/systemd\/system\/p88sync-tick\.timer is there too/],
    ],
    [
      'no settings yet',
      { ...there, exists: async (path) => !path.startsWith('/etc/p88sync') && !path.startsWith('/etc/cron.d/p88') },
      { user: 'timing' },
      enable,
      [settings],
    ],
  ])('what remains and what to know: %s', async (_, machine, options, remaining, notes) => {
    const json = await install(machineWith(machine), options);
    expect(json.remaining).toEqual(remaining);
    expect(json.notes).toEqual(notes.map((note) => expect.stringMatching(note)));
  });
});
