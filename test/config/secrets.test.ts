import { expect, test } from 'vitest';
import { read, refused } from './reading.ts';

const hex = '07'.repeat(32);
const key = Buffer.alloc(32, 7);

test.each([
  ['a file, whose last line feed does not count', { P88SYNC_ENCRYPTION_KEY_FILE: '/key' }, { '/key': `${hex}\n` }],
  ['a systemd credential in lower case', { CREDENTIALS_DIRECTORY: '/c' }, { '/c/p88sync_encryption_key': hex }],
  ['a systemd credential by its exact name', { CREDENTIALS_DIRECTORY: '/c' }, { '/c/P88SYNC_ENCRYPTION_KEY': hex }],
  [
    'the variable before the credential',
    { P88SYNC_ENCRYPTION_KEY: hex, CREDENTIALS_DIRECTORY: '/c' },
    { '/c/p88sync_encryption_key': 'ff'.repeat(32) },
  ],
])('the encryption key from %s', (_, env, files) => {
  const config = read(env, files);
  expect(config.encryptionKeys).toEqual({ current: key, previous: [] });
  expect(config.notes).toEqual([]);
});

test('an empty systemd credential is unset', () => {
  const config = read({ CREDENTIALS_DIRECTORY: '/c' }, { '/c/p88sync_encryption_key': '\n' });
  expect(config.encryptionKeys).toBeUndefined();
});

test('every secret may be a file', () => {
  const url = read({ DATABASE_URL_FILE: '/url' }, { '/url': 'postgresql://db/p88\n' });
  expect(url.database).toMatchObject({ source: 'DATABASE_URL', shown: 'db:5432/p88' });

  const env = { POSTGRES_HOST: 'db', POSTGRES_DB: 'p88', POSTGRES_USER: 'me', POSTGRES_PASSWORD_FILE: '/p' };
  expect(read(env, { '/p': ' blanks stay \r\n' }).database).toMatchObject({
    connection: { password: ' blanks stay ' },
  });

  const registration = { P88SYNC_RUNSIGNUP_REG_ID: '12', CREDENTIALS_DIRECTORY: '/c' };
  expect(read(registration, { '/c/p88sync_runsignup_reg_secret': 'hush' }).program.runsignup).toEqual({
    registrationId: '12',
    registrationSecret: 'hush',
  });
});

test.each([
  [
    { P88SYNC_ENCRYPTION_KEY: hex, P88SYNC_ENCRYPTION_KEY_FILE: '/key' },
    'P88SYNC_ENCRYPTION_KEY: is set, and P88SYNC_ENCRYPTION_KEY_FILE too; unset one of them',
  ],
  [
    { P88SYNC_ENCRYPTION_KEY_FILE: '/gone' },
    'P88SYNC_ENCRYPTION_KEY_FILE: /gone cannot be read: there is no such file or folder (ENOENT)',
  ],
  [{ P88SYNC_ENCRYPTION_KEY_FILE: '/empty' }, 'P88SYNC_ENCRYPTION_KEY_FILE: /empty is empty'],
  [
    { CREDENTIALS_DIRECTORY: '/c' },
    'P88SYNC_ENCRYPTION_KEY: /c/p88sync_encryption_key cannot be read: permission is denied (EACCES)',
  ],
])('refused: %o', (env, line) => {
  expect(refused(env, { '/empty': '\n', '/key': hex, '/c/p88sync_encryption_key': 'not permitted' })).toBe(line);
});

const everybody = { mode: 0o100644, uid: 1000 };
const exposed = 'holds a secret and can be read by every account of this machine (mode 0644); chmod 0640';

test.each([
  [{ P88SYNC_ENCRYPTION_KEY_FILE: '/f' }, `P88SYNC_ENCRYPTION_KEY_FILE: /f ${exposed} /f`],
  [
    { P88SYNC_ENCRYPTION_KEY: hex, P88SYNC_ENCRYPTION_KEY_PREVIOUS_FILE: '/f' },
    `P88SYNC_ENCRYPTION_KEY_PREVIOUS_FILE: /f ${exposed} /f`,
  ],
  [{ DATABASE_URL_FILE: '/f' }, `DATABASE_URL_FILE: /f ${exposed} /f`],
  [{ PGHOST: 'localhost', PGDATABASE: 'p88', PGPASSWORD_FILE: '/f' }, `PGPASSWORD_FILE: /f ${exposed} /f`],
  [
    { P88SYNC_RUNSIGNUP_REG_ID: '1', P88SYNC_RUNSIGNUP_REG_SECRET_FILE: '/f' },
    `P88SYNC_RUNSIGNUP_REG_SECRET_FILE: /f ${exposed} /f`,
  ],
  [
    { CREDENTIALS_DIRECTORY: '/c' },
    `P88SYNC_ENCRYPTION_KEY: /c/p88sync_encryption_key ${exposed} /c/p88sync_encryption_key`,
  ],
])('a file that every account can read is refused: %o', (env, line) => {
  const files = { '/f': hex, '/c/p88sync_encryption_key': hex };
  expect(refused(env, files, { '/f': everybody, '/c/p88sync_encryption_key': everybody }).split('; P88SYNC')[0]).toBe(
    line,
  );
});

const postgres = { DATABASE_URL: 'postgresql://localhost/p88?sslmode=require', PGSSLKEY: '/me.key' };
test.each([
  ["the key of our own certificate, root's, for a group", 0, 0o640, undefined],
  ['the same of another account', 1000, 0o640, 'its group (mode 0640); chmod 0600 /me.key'],
  ['only for its owner', 1000, 0o600, undefined],
  ["root's, for everybody", 0, 0o644, 'every account of this machine (mode 0644); chmod 0640 /me.key'],
])('PGSSLKEY as libpq takes it: %s', (_, uid, mode, whose) => {
  const given = [postgres, { '/me.key': 'KEY' }, { '/me.key': { mode, uid } }] as const;
  if (whose === undefined) expect(read(...given).notes).toEqual([]);
  else expect(refused(...given)).toBe(`PGSSLKEY: /me.key holds a secret and can be read by ${whose}`);
});

test('what is public may lie open: the certificates', () => {
  const files = { '/ca.pem': 'CA', '/me.pem': 'ME' };
  const env = { ...postgres, PGSSLKEY: '', PGSSLROOTCERT: '/ca.pem', PGSSLCERT: '/me.pem' };
  expect(read(env, files, { '/ca.pem': everybody, '/me.pem': everybody }).database).toMatchObject({
    connection: { ssl: { ca: 'CA', cert: 'ME' } },
  });
});
