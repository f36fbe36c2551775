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
  [{ P88SYNC_ENCRYPTION_KEY_FILE: '/gone' }, 'P88SYNC_ENCRYPTION_KEY_FILE: /gone cannot be read (ENOENT)'],
  [{ P88SYNC_ENCRYPTION_KEY_FILE: '/empty' }, 'P88SYNC_ENCRYPTION_KEY_FILE: /empty is empty'],
  [{ CREDENTIALS_DIRECTORY: '/c' }, 'P88SYNC_ENCRYPTION_KEY: /c/p88sync_encryption_key cannot be read (EACCES)'],
])('refused: %o', (env, line) => {
  expect(refused(env, { '/empty': '\n', '/key': hex, '/c/p88sync_encryption_key': 'not permitted' })).toBe(line);
});
