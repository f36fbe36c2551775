/** The key of the secrets as an operator handles it: made, in use, rotated. */
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addAccount, addEvent, addRace } from '../../src/sandbox/build-world.ts';
import { type Installation, install, saturday } from './installation.ts';
import { run } from './program.ts';

let folder: string;
let here: Installation;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'p88sync-keys-'));
  here = await install((world) => {
    const race = addRace(world, {});
    addEvent(world, race, { startAt: new Date(saturday.getTime() + 3_600_000) });
    addAccount(world, { company: 'Peak Timing', races: [race], secret: 'secret-open-sesame' });
  });
});
afterAll(async () => {
  await here.close();
  await rm(folder, { recursive: true });
});

test('keygen makes a file that only its owner reads, and never writes over one', async () => {
  const file = join(folder, 'new.key');
  const made = await run(['credentials', 'keygen', '--out', file]);
  expect(made).toMatchObject({ code: 0, stderr: '' });
  const key = await readFile(file, 'utf8');
  expect(Buffer.from(key.trim(), 'base64')).toHaveLength(32);
  expect(made.stdout).not.toContain(key.trim());
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  const again = await run(['credentials', 'keygen', '--out', file]);
  expect(again).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(`${file} is there already, and is not overwritten`),
  });
  expect(await readFile(file, 'utf8')).toBe(key);
  const printed = await run(['credentials', 'keygen']);
  expect(Buffer.from(printed.stdout.trim(), 'base64')).toHaveLength(32);
});

test('a key is rotated while ticks go on', async () => {
  const file = join(folder, 'next.key');
  await run(['credentials', 'keygen', '--out', file]);
  const former = here.env['P88SYNC_ENCRYPTION_KEY'] ?? '';
  Object.assign(here.env, { P88SYNC_ENCRYPTION_KEY: '', P88SYNC_ENCRYPTION_KEY_FILE: file });
  expect(await here.run('discover')).toMatchObject({ code: 2, stderr: expect.stringMatching(/not configured/) });
  here.env['P88SYNC_ENCRYPTION_KEY_PREVIOUS'] = former;
  expect(await here.run('discover')).toMatchObject({ code: 0 });
  const rotated = await here.run('credentials', 'rotate-key', '--json');
  expect(rotated.json['credentials']).toMatchObject([{ credentialId: 1, was: 'former-key', keyInPrincipal: false }]);
  here.env['P88SYNC_ENCRYPTION_KEY_PREVIOUS'] = '';
  expect(await here.run('tick')).toMatchObject({ code: 0 });
  expect((await here.run('credentials', 'rotate-key')).stdout).toContain('Every credential is under the key already.');
});

test('a key file that every account can read is refused, with what to do; one for the group is taken', async () => {
  const file = here.env['P88SYNC_ENCRYPTION_KEY_FILE'] ?? '';
  await chmod(file, 0o644);
  expect(await here.run('tick', '--json')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(
      `P88SYNC_ENCRYPTION_KEY_FILE: ${file} holds a secret and can be read by every account of this machine (mode 0644); chmod 0640 ${file}\n`,
    ),
  });
  await chmod(file, 0o640);
  expect(await here.run('tick')).toMatchObject({ code: 0 });
});

test('a secret that is read once from a file that lies open is taken, and said', async () => {
  const file = join(folder, 'secret.txt');
  await writeFile(file, 'secret-open-sesame', { mode: 0o600 });
  const add = ['credentials', 'add', '1:runsignup', '--principal', 'sandbox', '--secret-file', file];
  expect(await here.run(...add)).toMatchObject({ code: 0, stderr: '' });
  await chmod(file, 0o644);
  const { code, stderr } = await here.run(...add);
  expect(code).toBe(0);
  expect(JSON.parse(stderr)).toMatchObject({
    level: expect.anything(),
    msg: `${file} holds a secret and can be read by every account of this machine (mode 0644); remove it, or chmod 0640 ${file}`,
  });
  await here.run('credentials', 'remove', '2');
});

test('what an older program left in clear is encrypted on request', async () => {
  await here.query(
    `update partner_provider_credentials set secret = 'secret-open-sesame', additional_config = '{"key_style":"v2"}'`,
  );
  here.pass(120_000);
  expect(await here.run('tick')).toMatchObject({ code: 0 });
  const { stdout, code } = await here.run('credentials', 'encrypt');
  expect({ stdout, code }).toEqual({
    stdout: 'Encrypted 1 of 1 credentials with the key: 1 (Peak Timing, RunSignUp).\n',
    code: 0,
  });
  expect(JSON.stringify(await here.query('select * from partner_provider_credentials'))).not.toContain('open-sesame');
  expect(await here.run('credentials', 'test')).toMatchObject({ code: 0 });
});
