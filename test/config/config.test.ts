import { describe, expect, test } from 'vitest';
import { readConfig, variables } from '../../src/config.ts';
import { UsageError } from '../../src/domain/errors.ts';
import { defaultSettings } from '../../src/domain/settings.ts';
import { read, refused } from './reading.ts';

const key = Buffer.alloc(32, 7);
const other = Buffer.alloc(32, 9);

test('an empty environment gives what the product ships with', () => {
  expect(read({})).toEqual({
    database: { kind: 'embedded', dataDir: '/home/me/.local/state/p88sync', source: 'HOME' },
    encryptionKeys: undefined,
    providers: { runsignup: {}, raceroster: {} },
    program: { runsignup: {} },
    settings: defaultSettings,
    http: { paceMs: 1000, headersTimeoutMs: 25_000, bodyTimeoutMs: 20_000, retries: 2 },
    alerts: { heartbeats: {} },
    logLevel: 'info',
    hostName: 'timing-1',
    notes: [],
  });
});

test('every number can be set, and empty means unset', () => {
  const config = read({
    P88SYNC_HIGH_EVERY_MINUTES: '2',
    P88SYNC_MEDIUM_EVERY_MINUTES: '16',
    P88SYNC_LOW_EVERY_MINUTES: '241',
    P88SYNC_HIGH_UNITS_PER_TICK: '51',
    P88SYNC_MEDIUM_UNITS_PER_TICK: '21',
    P88SYNC_LOW_UNITS_PER_TICK: '11',
    P88SYNC_HIGH_FROM_HOURS: '5',
    P88SYNC_MEDIUM_FROM_HOURS: '25',
    P88SYNC_STOP_AFTER_HOURS: '0',
    P88SYNC_SLACK_SECONDS: '31',
    P88SYNC_RETRY_MINUTES: '1, 3,9',
    P88SYNC_RELIST_HOURS: '12',
    P88SYNC_OVERLAP_SECONDS: '61',
    P88SYNC_LEASE_SECONDS: '90',
    P88SYNC_MASS_REMOVAL_PEOPLE: '6',
    P88SYNC_MASS_REMOVAL_SHARE: '0.25',
    P88SYNC_RESULTS_EVERY_MINUTES: '20',
    P88SYNC_RESULTS_UNTIL_HOURS: '48',
    P88SYNC_PUSH_EVERY_MINUTES: '120',
    P88SYNC_PACE_MS: '0',
    P88SYNC_HEADERS_TIMEOUT_MS: '500',
    P88SYNC_BODY_TIMEOUT_MS: '700',
    P88SYNC_HTTP_RETRIES: '1',
    P88SYNC_LOG_LEVEL: 'debug',
    P88SYNC_HOST: '',
  });
  expect(config.settings).toEqual({
    cadence: {
      high: { everyMinutes: 2, unitsPerTick: 51 },
      medium: { everyMinutes: 16, unitsPerTick: 21 },
      low: { everyMinutes: 241, unitsPerTick: 11 },
    },
    highFromHours: 5,
    mediumFromHours: 25,
    stopAfterHours: 0,
    slackSeconds: 31,
    retryMinutes: [1, 3, 9],
    relistHours: 12,
    overlapSeconds: 61,
    leaseSeconds: 90,
    massRemoval: { people: 6, share: 0.25 },
    scoring: { resultsEveryMinutes: 20, resultsUntilHours: 48, pushEveryMinutes: 120 },
  });
  expect(config.http).toEqual({ paceMs: 0, headersTimeoutMs: 500, bodyTimeoutMs: 700, retries: 1 });
  expect(config.logLevel).toBe('debug');
  expect(config.hostName).toBe('timing-1');
});

describe('refused', () => {
  test.each([
    [{ P88SYNC_PACE_MS: 'abc' }, 'P88SYNC_PACE_MS: expected a whole number from 0 to 60000, not "abc"'],
    [{ P88SYNC_PACE_MS: '60001' }, 'P88SYNC_PACE_MS: expected a whole number from 0 to 60000, not "60001"'],
    [{ P88SYNC_PACE_MS: '1e3' }, 'P88SYNC_PACE_MS: expected a whole number from 0 to 60000, not "1e3"'],
    [{ P88SYNC_PACE_MS: '-1' }, 'P88SYNC_PACE_MS: expected a whole number from 0 to 60000, not "-1"'],
    [
      { P88SYNC_RETRY_MINUTES: '2,,8' },
      'P88SYNC_RETRY_MINUTES: expected 1 to 10 whole numbers from 1 to 1440 with commas between them, not "2,,8"',
    ],
    [
      { P88SYNC_MASS_REMOVAL_SHARE: '10' },
      'P88SYNC_MASS_REMOVAL_SHARE: expected a number from 0 to 1, such as 0.1, not "10"',
    ],
    [
      { P88SYNC_MEDIUM_FROM_HOURS: '4' },
      'P88SYNC_MEDIUM_FROM_HOURS: expected more than P88SYNC_HIGH_FROM_HOURS (4), not 4',
    ],
    [
      { P88SYNC_HIGH_EVERY_MINUTES: '20' },
      'P88SYNC_MEDIUM_EVERY_MINUTES: expected no less than P88SYNC_HIGH_EVERY_MINUTES (20), not 15',
    ],
    [
      { P88SYNC_LOW_EVERY_MINUTES: '10' },
      'P88SYNC_LOW_EVERY_MINUTES: expected no less than P88SYNC_MEDIUM_EVERY_MINUTES (15), not 10',
    ],
    [{ P88SYNC_LOG_LEVEL: 'INFO' }, 'P88SYNC_LOG_LEVEL: expected one of debug, info, warn, error, not "INFO"'],
    [{ P88SYNC_HOST: 'a b' }, 'P88SYNC_HOST: expected 1 to 255 letters, digits and signs without spaces, not "a b"'],
    [
      { P88SYNC_RUNSIGNUP_CALLS_PER_HOUR: '0' },
      'P88SYNC_RUNSIGNUP_CALLS_PER_HOUR: expected a whole number from 1 to 1000000, not "0"',
    ],
    [
      { P88SYNC_RUNSIGNUP_REG_ID: '12' },
      'P88SYNC_RUNSIGNUP_REG_SECRET: missing, while P88SYNC_RUNSIGNUP_REG_ID is set',
    ],
    [
      { P88SYNC_RUNSIGNUP_REG_SECRET: 'hush' },
      'P88SYNC_RUNSIGNUP_REG_ID: missing, while P88SYNC_RUNSIGNUP_REG_SECRET is set',
    ],
    [
      { P88SYNC_ENCRYPTION_KEY_PREVIOUS: key.toString('hex') },
      'P88SYNC_ENCRYPTION_KEY: missing, while P88SYNC_ENCRYPTION_KEY_PREVIOUS is set',
    ],
    [
      { NODE_TLS_REJECT_UNAUTHORIZED: '0' },
      'NODE_TLS_REJECT_UNAUTHORIZED: 0 would accept any certificate; unset it, and name an authority of your own in NODE_EXTRA_CA_CERTS',
    ],
  ])('%o', (env, line) => {
    expect(refused(env)).toBe(line);
  });

  test('all that is wrong is in one error, each with what to do', () => {
    const env = { HOME: '/home/me', P88SYNC_PACE_MS: 'x', P88SYNC_HIGH_FROM_HOURS: '999', POSTGRES_HOST: 'db' };
    const sources = { providerNames: [], readFile: () => '', readAccess: () => undefined, hostName: 'h' };
    const attempt = () => readConfig(env, sources);
    expect(attempt).toThrow(UsageError);
    expect(refused(env).split(/; (?=P88SYNC)/)).toEqual([
      'POSTGRES_DB, POSTGRES_USER: missing, while others of POSTGRES_* are set; set them too, or unset the others',
      'P88SYNC_HIGH_FROM_HOURS: expected a whole number from 1 to 720, not "999"',
      'P88SYNC_PACE_MS: expected a whole number from 0 to 60000, not "x"',
    ]);
  });
});

describe('providers', () => {
  test('address, calls per hour and page size of each', () => {
    const { providers } = read({
      P88SYNC_RUNSIGNUP_URL: 'https://api.example.org/rest',
      P88SYNC_RUNSIGNUP_CALLS_PER_HOUR: '900',
      P88SYNC_RACEROSTER_URL: 'http://127.0.0.1:8088',
      P88SYNC_RACEROSTER_PAGE_SIZE: '20',
    });
    expect(providers).toEqual({
      runsignup: { url: new URL('https://api.example.org/rest'), callsPerHour: 900 },
      raceroster: { url: new URL('http://127.0.0.1:8088'), pageSize: 20 },
    });
  });

  test.each(['http://api.example.org', 'https://me:s3cret@api.example.org', 'ftp://127.0.0.1', 'api.example.org'])(
    'the address %s is refused without being repeated',
    (url) => {
      const message = refused({ P88SYNC_RUNSIGNUP_URL: url });
      expect(message).toMatch(/^P88SYNC_RUNSIGNUP_URL: .+plain http only to this machine/);
      expect(message).not.toContain('s3cret');
    },
  );

  test("the program's registration with RunSignUp", () => {
    const { program } = read({ P88SYNC_RUNSIGNUP_REG_ID: '12', P88SYNC_RUNSIGNUP_REG_SECRET: 'hush' });
    expect(program).toEqual({ runsignup: { registrationId: '12', registrationSecret: 'hush' } });
  });
});

describe('encryption keys', () => {
  test.each([
    ['base64', key.toString('base64')],
    ['base64 without padding', key.toString('base64').replace('=', '')],
    ['hexadecimal', key.toString('hex').toUpperCase()],
  ])('%s', (_, text) => {
    expect(read({ P88SYNC_ENCRYPTION_KEY: text }).encryptionKeys).toEqual({ current: key, previous: [] });
  });

  test('previous ones in their order', () => {
    const previous = `${other.toString('hex')}, ${key.toString('base64')}`;
    const { encryptionKeys } = read({
      P88SYNC_ENCRYPTION_KEY: key.toString('hex'),
      P88SYNC_ENCRYPTION_KEY_PREVIOUS: previous,
    });
    expect(encryptionKeys).toEqual({ current: key, previous: [other, key] });
  });

  test.each([
    'too-short',
    key.toString('hex').slice(1),
    Buffer.alloc(31).toString('base64'),
    Buffer.alloc(30).toString('base64'),
  ])('a key that is not 32 bytes is refused and not shown: %s', (text) => {
    expect(refused({ P88SYNC_ENCRYPTION_KEY: text, P88SYNC_ENCRYPTION_KEY_PREVIOUS: key.toString('hex') })).toBe(
      'P88SYNC_ENCRYPTION_KEY: expected 32 bytes as base64 (44 characters) or as 64 hexadecimal digits (what it holds is not shown)',
    );
  });
});

describe('notes', () => {
  test.each([
    ['P88SYNC_PACE', 'P88SYNC_PACE is unknown and does nothing; did you mean P88SYNC_PACE_MS?'],
    [
      'P88SYNC_RUNSIGNUP_CALL_PER_HOUR',
      'P88SYNC_RUNSIGNUP_CALL_PER_HOUR is unknown and does nothing; did you mean P88SYNC_RUNSIGNUP_CALLS_PER_HOUR?',
    ],
    [
      'P88SYNC_ENCRYPTION_KEY_FLIE',
      'P88SYNC_ENCRYPTION_KEY_FLIE is unknown and does nothing; did you mean P88SYNC_ENCRYPTION_KEY_FILE?',
    ],
    ['P88SYNC_BANANAS', 'P88SYNC_BANANAS is unknown and does nothing'],
  ])('%s', (name, note) => {
    expect(read({ [name]: '1' }).notes).toEqual([note]);
  });

  test('an unknown variable that is empty, and those of other programs, are no matter', () => {
    expect(read({ P88SYNC_PACE: '', PACE: '1' }).notes).toEqual([]);
  });
});

test('the table of variables names each once, and no secret has a default', () => {
  const names = variables.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  const secrets = variables.filter(({ secret }) => secret).map(({ name }) => name);
  expect(secrets).toEqual([
    'DATABASE_URL',
    'POSTGRES_PASSWORD',
    'DB_PASSWORD',
    'PGPASSWORD',
    'P88SYNC_ENCRYPTION_KEY',
    'P88SYNC_ENCRYPTION_KEY_PREVIOUS',
    'P88SYNC_RUNSIGNUP_REG_SECRET',
    'P88SYNC_ALERT_WEBHOOK_URL',
    'P88SYNC_SMTP_URL',
    'P88SYNC_TICK_HEARTBEAT_URL',
    'P88SYNC_DISCOVER_HEARTBEAT_URL',
  ]);
});

test('every default that is a number is the one that applies', () => {
  const given = variables.filter(({ default: value }) => value !== undefined && /^[\d.,]+$/.test(value));
  const env = Object.fromEntries(given.map(({ name, default: value }) => [name, value]));
  const own = Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith('P88SYNC_')));
  expect(Object.keys(own).length).toBe(23);
  expect(read(own)).toEqual(read({}));
});
