/** What doctor makes of facts: everything that is not ok, and the exit it ends with. */
import stringWidth from 'string-width';
import { describe, expect, it, test } from 'vitest';
import type { DoctorFacts } from '../../src/commands/doctor-facts.ts';
import { doctorJson, renderDoctor } from '../../src/report/doctor-text.ts';
import {
  ago,
  clockReading,
  configuration,
  credentialFacts,
  databaseFacts,
  doctorFacts,
  eventFacts,
  failure,
  hour,
  judged,
  minute,
  off,
  on,
  told,
  withCredential,
  withWork,
  workFacts,
} from './doctor-facts.ts';

test('all is well', () => {
  const findings = judged(doctorFacts());
  expect(findings.map(({ level, check, message, hint }) => [level, check, message, hint])).toEqual(
    [
      ['ok', 'node', '20.19.2'],
      ['ok', 'configuration', 'read; the database is named by DATABASE_URL'],
      ['ok', 'database', 'postgresql db.example.org:5432/p88, PostgreSQL 16.4'],
      ['ok', 'schema', 'up to date'],
      ['ok', 'rights', 'p88sync may do what the timers do'],
      ['ok', 'clock', "agrees with the database's and the providers'"],
      ['ok', 'encryptionKey', 'set'],
      ['ok', 'credentials', '3 Peak Timing, runsignup: sees 4 races'],
      ['ok', 'timers', 'p88sync-tick.timer and p88sync-discover.timer are active'],
      ['ok', 'alerts', 'by webhook; heartbeat of tick'],
      ['ok', 'discovery', 'every credential within 13 h'],
      ['ok', 'highEvents', '1 event near the start, none behind'],
      ['ok', 'failures', 'none'],
      ['ok', 'rejectedRows', 'none'],
      ['ok', 'timeZones', 'every upcoming event names its own'],
    ].map((finding) => [...finding, undefined]),
  );
  expect(renderDoctor(findings, { columns: 80, color: false }).split('\n')[0]).toBe('All is well.');
});

describe('the ground it stands on', () => {
  const server = databaseFacts().server;
  it.each<[string, Partial<DoctorFacts>, (string | number)[]]>([
    ['the oldest node', { nodeVersion: '20.19.0' }, [0]],
    ['a newer node', { nodeVersion: '24.0.0' }, [0]],
    ['an older node', { nodeVersion: '20.18.3' }, ['problem node: 20.18.3 is too old', 1]],
    ['a much older node', { nodeVersion: '18.20.0' }, ['problem node: 18.20.0 is too old', 1]],
    [
      'a note',
      { configuration: configuration({ notes: ['P88SYNC_X is unknown and does nothing'] }) },
      ['warning configuration: P88SYNC_X is unknown and does nothing', 0],
    ],
    [
      'files of the timers that others get at',
      {
        exposed: [
          {
            path: '/etc/p88sync/p88sync.env',
            what: 'can be read by its group (mode 0660)',
            command: 'chmod 0640 /etc/…',
          },
        ],
      },
      ['problem files: /etc/p88sync/p88sync.env holds secrets and can be read by its group (mode 0660)', 2],
    ],
    [
      'the embedded database beside settings of the timers',
      { configuration: configuration({ dataDir: '/home/ann/.local/state/p88sync', databaseSource: 'HOME' }) },
      [
        'warning configuration: no PostgreSQL is named here, and the settings of the timers (/etc/p88sync/p88sync.env) were not read',
        0,
      ],
    ],
    [
      'the embedded database and no such settings',
      {
        configuration: configuration({ dataDir: '/srv/p88', databaseSource: 'P88SYNC_DATA_DIR' }),
        hasSettingsFile: false,
      },
      [0],
    ],
    [
      'no database',
      { database: failure({ kind: 'DatabaseUnavailable', message: 'it refuses connections', exit: 'database' }) },
      ['problem database: it refuses connections', 3],
    ],
    [
      'an embedded database that another process holds',
      { database: failure({ kind: 'EmbeddedDatabaseBusy', message: 'tick holds it', exit: 'embeddedBusy' }) },
      ['problem database: tick holds it', 4],
    ],
    ['PostgreSQL 13', { database: databaseFacts({ server: { ...server, version: 130_000 } }) }, [0]],
    [
      'PostgreSQL 12',
      { database: databaseFacts({ server: { ...server, version: 120_017 } }) },
      ['problem database: postgresql db.example.org:5432/p88, PostgreSQL 12.17 is too old', 3],
    ],
    [
      'a standby',
      { database: databaseFacts({ server: { ...server, readOnly: true } }) },
      ['problem database: it is read-only', 3],
    ],
    [
      'a schema that does not fit',
      {
        database: databaseFacts({
          schema: failure({ message: 'the schema is older', exit: 'database' }),
          work: undefined,
        }),
      },
      ['problem schema: the schema is older', 3],
    ],
    [
      'rights',
      { database: databaseFacts({ missingRights: ['INSERT on sync_history', 'USAGE on s'], work: undefined }) },
      ['problem rights: p88sync lacks INSERT on sync_history, USAGE on s', 3],
    ],
  ])('%s', (_, overrides, expected) => {
    expect(told(doctorFacts(overrides))).toEqual(expected);
  });

  it.each([
    [2_000, []],
    [-2_000, []],
    [2_100, ['warning clock: this machine is 2.0 s behind the database']],
    [-75_100, ['warning clock: this machine is 1 min 15 s ahead of the database']],
  ])("the database's clock %i ms ahead", (ms, expected) => {
    expect(told(doctorFacts({ database: databaseFacts({ clock: clockReading(ms) }) }))).toEqual([...expected, 0]);
  });

  // The header is cut to whole seconds: one that is less than a second behind may be right.
  it.each([
    [2_000, []],
    [-2_900, []],
    [-3_100, ['warning clock: this machine is 2.0 s ahead of RunSignUp']],
    [60_100, ['warning clock: this machine is 1 min behind RunSignUp']],
  ])("a provider's clock %i ms ahead, told once for all credentials", (ms, expected) => {
    const clock = clockReading(ms);
    const credentials = [credentialFacts({ clock }), credentialFacts({ credentialId: 4, clock })];
    expect(told(withWork({ credentials }))).toEqual([...expected, 0]);
  });
});

describe('credentials', () => {
  const refusal = failure({
    kind: 'CredentialRefused',
    message: 'RunSignUp refuses the key.',
    exit: 'credentialRefused',
  });
  it.each<[string, DoctorFacts, (string | number)[]]>([
    ['none', withWork({ credentials: [], events: [] }), ['warning credentials: none yet', 0]],
    [
      'no partner',
      withWork({ partners: 0, credentials: [], events: [] }),
      ['warning credentials: no timing partners yet', 0],
    ],
    [
      'one that cannot be decrypted',
      withCredential({
        unusable: failure({ kind: 'UsageError', message: 'encrypted with the key ab12', exit: 'usage' }),
        call: { status: 'not-made' },
      }),
      ['problem credentials: 3 Peak Timing, runsignup: encrypted with the key ab12', 2],
    ],
    [
      'a refused one',
      withCredential({ call: { status: 'failed', failure: refusal } }),
      ['problem credentials: 3 Peak Timing, runsignup: RunSignUp refuses the key', 5],
    ],
    [
      'one that was refused, and was not called',
      withCredential({ refused: { since: ago(3 * hour), reason: 'wrong key.' }, call: { status: 'not-made' } }),
      ['problem credentials: 3 Peak Timing, runsignup: refused 3 h ago (wrong key)', 5],
    ],
    [
      'one that was refused and works again',
      withCredential({ refused: { since: ago(3 * hour), reason: 'wrong key.' } }),
      ['warning credentials: 3 Peak Timing, runsignup: sees 4 races; works again, though still marked as refused', 0],
    ],
    [
      'a provider that is down',
      withCredential({ call: { status: 'failed', failure: failure() } }),
      ['problem credentials: 3 Peak Timing, runsignup: it did not answer', 1],
    ],
    [
      'a budget that is spent',
      withCredential({
        call: { status: 'failed', failure: failure({ kind: 'BudgetSpent', message: 'all calls spent' }) },
      }),
      ['warning credentials: 3 Peak Timing, runsignup: all calls spent', 0],
    ],
    [
      'a throttle',
      withCredential({
        call: { status: 'failed', failure: failure({ kind: 'ProviderThrottled', message: 'too fast' }) },
      }),
      ['warning credentials: 3 Peak Timing, runsignup: too fast', 0],
    ],
    [
      'a pause',
      withCredential({ call: { status: 'not-made', until: ago(-5 * minute) } }),
      ['warning credentials: 3 Peak Timing, runsignup: the provider wants no call for 5 min', 0],
    ],
    ['no call', withCredential({ call: { status: 'not-made' } }), [0]],
    [
      'clear text',
      withCredential({ form: { encrypted: false, plain: ['secret', 'password'] } }),
      ['warning credentials: 3 Peak Timing, runsignup: secret, password lie in the database in clear text', 0],
    ],
    [
      'providers that nobody here knows',
      withWork({ unknownProviders: ['Haku', 'ChronoTrack', 'Haku'] }),
      ['warning credentials: 3 credentials are of providers that this version does not sync: Haku, ChronoTrack', 0],
    ],
  ])('%s', (_, facts, expected) => {
    expect(told(facts)).toEqual(expected);
  });

  const keyless = (credential: Parameters<typeof credentialFacts>[0]) => ({
    ...withCredential(credential),
    configuration: configuration({ hasEncryptionKey: false }),
  });
  test('without a key what is encrypted is said once', () => {
    const unusable = failure({ kind: 'UsageError', message: 'no key', exit: 'usage' });
    expect(told(keyless({ unusable }))).toEqual([
      'problem encryptionKey: none is set, and 1 credential is encrypted with one',
      2,
    ]);
    expect(told(keyless({ form: { encrypted: false, plain: [] } }))).toEqual([
      'warning encryptionKey: none is set: no secret can be stored',
      0,
    ]);
  });
});

describe('whether anybody is told', () => {
  const silent = configuration({ alerts: { channels: [], heartbeats: [] } });
  const warned = ['warning alerts: the timers run, and nobody is told when something goes wrong or they stop', 0];
  it.each<[string, Partial<DoctorFacts>, (string | number)[]]>([
    ['nobody, systemd', { configuration: silent }, warned],
    ['nobody, cron', { configuration: silent, timers: { systemd: undefined, cron: true } }, warned],
    ['a heartbeat', { configuration: configuration({ alerts: { channels: [], heartbeats: ['tick'] } }) }, [0]],
    ['e-mail', { configuration: configuration({ alerts: { channels: ['email'], heartbeats: [] } }) }, [0]],
  ])('%s', (_, facts, expected) => {
    expect(told(doctorFacts(facts))).toEqual(expected);
  });

  test('nobody, and nothing runs', () => {
    const finding = judged(doctorFacts({ configuration: silent, timers: { systemd: undefined, cron: false } })).find(
      ({ check }) => check === 'alerts',
    );
    expect(finding).toMatchObject({ level: 'ok', message: 'none are set' });
  });
});

describe('as text and JSON', () => {
  const worst = judged(
    doctorFacts({
      configuration: configuration({ notes: ['P88SYNC_CALS_PER_HOUR is unknown and does nothing'] }),
      timers: { systemd: { tick: on, discover: off }, cron: false },
      database: databaseFacts({
        clock: clockReading(12_000),
        work: workFacts({
          credentials: [
            credentialFacts(),
            credentialFacts({
              credentialId: 4,
              provider: 'raceroster',
              providerName: 'Race Roster',
              form: { encrypted: false, plain: ['secret'] },
              call: {
                status: 'failed',
                failure: failure({
                  message: 'Race Roster refuses user or password \u001b[31mx',
                  exit: 'credentialRefused',
                }),
              },
            }),
          ],
          events: [
            eventFacts({ lagMs: 12 * minute }),
            eventFacts({ spec: '1:raceroster:7f2c0f0e', timeZoneAssumed: true }),
          ],
          rejectedRows: 3,
        }),
      }),
    }),
  );

  it('on 80 columns', async () => {
    const text = renderDoctor(worst, { columns: 80, color: false });
    await expect(`${text}\n`).toMatchFileSnapshot('golden/doctor-80.txt');
    expect(Math.max(...text.split('\n').map((line) => stringWidth(line)))).toBeLessThanOrEqual(80);
  });

  it('as JSON', () => {
    const json = doctorJson(worst);
    expect({ ...json, findings: json.findings.slice(0, 2) }).toEqual({
      exitCode: 5,
      problems: 3,
      warnings: 5,
      findings: [
        { check: 'node', level: 'ok', message: '20.19.2', hint: null, exitCode: 0 },
        {
          check: 'configuration',
          level: 'warning',
          message: 'P88SYNC_CALS_PER_HOUR is unknown and does nothing',
          hint: 'Correct it in the environment, for the timers in /etc/p88sync/p88sync.env.',
          exitCode: 0,
        },
      ],
    });
  });
});
