/** timers as a process of bin/p88sync.js: the package's own templates, real files, and what systemd says of them. */
import { spawnSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run } from '../e2e/program.ts';
import { root as checkout } from '../timers/units.ts';

const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'p88sync-timers-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Printed {
  readonly command: string;
  readonly files: readonly { path: string; text: string }[];
}

async function printed(...args: readonly string[]): Promise<Printed> {
  const { json } = await run(['timers', 'print', ...args, '--json']);
  return json as unknown as Printed;
}

test('install --root writes what print prints, readable by all, for this very program; systemd has nothing to say', async () => {
  const { files, command } = await printed();
  expect(files).toHaveLength(7);
  expect(command.split(' ').at(-1)).toBe(realpathSync(`${checkout}bin/p88sync.js`));
  const installed = await run(['timers', 'install', '--root', folder]);
  expect([installed.code, installed.stderr.includes('Error')]).toEqual([0, false]);
  expect(installed.stdout).toContain('  systemctl enable --now p88sync-discover.timer p88sync-tick.timer\n');
  for (const { path, text } of files) {
    expect(await readFile(join(folder, path), 'utf8')).toBe(text);
    expect((await stat(join(folder, path))).mode & 0o777).toBe(0o644);
  }
  if (hasSystemd) {
    const verify = spawnSync('systemd-analyze', ['verify', ...files.map(({ path }) => join(folder, path))], {
      encoding: 'utf8',
    });
    expect(`${verify.stdout}${verify.stderr}`).toBe('');
  }
});

test('again: unchanged and untouched; changed by hand: refused with 2, replaced by --force', async () => {
  await run(['timers', 'install', '--root', folder]);
  const path = join(folder, 'etc/systemd/system/p88sync-tick.timer');
  const before = await readFile(path, 'utf8');
  await utimes(path, 0, 0);
  const again = await run(['timers', 'install', '--root', folder, '--json']);
  expect(new Set(again.json['files'].map((file: { state: string }) => file.state))).toEqual(new Set(['unchanged']));
  expect((await stat(path)).mtimeMs).toBe(0);
  await writeFile(path, '# mine\n');
  const refused = await run(['timers', 'install', '--root', folder]);
  expect([refused.code, refused.stdout]).toEqual([2, '']);
  expect(refused.stderr).toContain('etc/systemd/system/p88sync-tick.timer');
  expect(await readFile(path, 'utf8')).toBe('# mine\n');
  expect((await run(['timers', 'install', '--root', folder, '--force'])).code).toBe(0);
  expect(await readFile(path, 'utf8')).toBe(before);
});

test('print --cron is the file itself, which cron and sh can read', async () => {
  const { stdout, code } = await run(['timers', 'print', '--cron', '--user', 'timing']);
  expect(code).toBe(0);
  await run(['timers', 'install', '--cron', '--root', folder, '--user', 'timing']);
  expect(await readFile(join(folder, 'etc/cron.d/p88sync'), 'utf8')).toBe(stdout);
  const jobs = stdout.split('\n').filter((line) => /^#?[\d*]/.test(line));
  expect(jobs).toHaveLength(3);
  for (const line of jobs) {
    const [, account, command = ''] = /^#?(?:\S+ ){5}(\S+) (.*)$/.exec(line) ?? [];
    expect(account).toBe('timing');
    expect(command).not.toContain('%');
    expect(command).toContain('/bin/p88sync.js ');
    expect(spawnSync('/bin/sh', ['-n', '-c', command]).status).toBe(0);
  }
});

test('a broken environment does not keep the units from being printed, and no database is opened', async () => {
  const { code, stdout } = await run(['timers', 'print'], { env: { DATABASE_URL: 'nonsense', P88SYNC_DATA_DIR: 'x' } });
  expect([code, stdout.split('\n')[0]]).toEqual([0, '# /etc/systemd/system/p88sync-discover.service']);
});
