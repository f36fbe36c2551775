import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EmbeddedDatabaseBusy } from '../../src/domain/errors.ts';
import { openEmbedded } from '../../src/store/embedded.ts';
import { holdDataDir } from '../../src/store/embedded-lock.ts';

const options = { command: 'tick', waitMs: 0 };
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'p88sync-lock-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Another process that holds the folder until it is killed. */
async function holder(): Promise<ChildProcess> {
  const program = `import { holdDataDir } from './src/store/embedded-lock.ts';
    await holdDataDir(${JSON.stringify(folder)}, { command: 'full-sync', waitMs: 0 });
    process.stdout.write('held');
    setInterval(() => undefined, 60_000);`;
  const bundle = await build({
    stdin: { contents: program, resolveDir: join(import.meta.dirname, '../..'), loader: 'ts' },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
  });
  const child = spawn(process.execPath, ['--input-type=module', '-e', bundle.outputFiles[0]?.text ?? ''], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve, reject) => {
    child.once('exit', reject);
    child.stdout.once('data', resolve);
  });
  return child;
}

describe('the embedded database', () => {
  test('is held by one at a time, and free again after release', async () => {
    const first = await holdDataDir(folder, options);
    await expect(holdDataDir(folder, options)).rejects.toMatchObject({
      message: `the embedded database in ${folder} is held by process ${process.pid} (p88sync tick)`,
      hint: expect.stringContaining('Wait until it ends'),
    });
    await first.release();
    const second = await holdDataDir(folder, options);
    await second.release();
  });

  test('another way to the same folder is the same folder', async () => {
    const link = `${folder}-link`;
    await symlink(folder, link);
    const held = await holdDataDir(link, options);
    await expect(holdDataDir(folder, options)).rejects.toThrow(EmbeddedDatabaseBusy);
    await held.release();
    await rm(link);
  });

  test('another folder is free', async () => {
    const [one, two] = [await holdDataDir(folder, options), await holdDataDir(tmpdir(), options)];
    await Promise.all([one.release(), two.release()]);
  });

  test('who waits gets it when it is released', async () => {
    const first = await holdDataDir(folder, options);
    const waiting = holdDataDir(folder, { ...options, waitMs: 30_000 });
    await first.release();
    await (await waiting).release();
  });

  test('the message names the process that holds it; one that was killed holds nothing', async () => {
    const child = await holder();
    const busy = openEmbedded(folder, { command: 'tick', busyWaitMs: 0 });
    await expect(busy).rejects.toThrow(`held by process ${child.pid} (p88sync full-sync)`);
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    await (await holdDataDir(folder, options)).release();
  });
});
