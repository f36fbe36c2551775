/** Facts for the judgement of `doctor`: all is well unless a test says otherwise; and what is made of them, in short. */
import type {
  CredentialFacts,
  DatabaseFacts,
  DoctorFacts,
  EventFacts,
  WorkFacts,
} from '../../src/commands/doctor-facts.ts';
import { judge } from '../../src/commands/doctor-judge.ts';
import { exitCodes } from '../../src/domain/exit-codes.ts';
import type { Failure } from '../../src/domain/outcomes.ts';
import { exitOfFindings } from '../../src/report/finding.ts';

export const now = new Date('2026-09-12T10:00:00Z');
export const minute = 60_000;
export const hour = 60 * minute;
export const ago = (ms: number) => new Date(now.getTime() - ms);

export const on = { enabled: true, active: true };
export const off = { enabled: false, active: false };

export function doctorFacts(overrides: Partial<DoctorFacts> = {}): DoctorFacts {
  return {
    now,
    nodeVersion: '20.19.2',
    configuration: configuration(),
    hasSettingsFile: true,
    exposed: [],
    timers: { systemd: { tick: on, discover: on }, cron: false },
    database: databaseFacts(),
    ...overrides,
  };
}

export function configuration(overrides: Partial<DoctorFacts['configuration']> = {}): DoctorFacts['configuration'] {
  return {
    notes: [],
    databaseSource: 'DATABASE_URL',
    dataDir: undefined,
    hasEncryptionKey: true,
    alerts: { channels: ['webhook'], heartbeats: ['tick'] },
    ...overrides,
  };
}

export function databaseFacts(overrides: Partial<DatabaseFacts> = {}): DatabaseFacts {
  return {
    shown: 'postgresql db.example.org:5432/p88',
    server: { version: 160_004, now, readOnly: false, user: 'p88sync' },
    clock: clockReading(0),
    schema: undefined,
    missingRights: [],
    work: workFacts(),
    ...overrides,
  };
}

/** The other clock `otherMs` ahead of this machine's, told in 20 ms. */
export function clockReading(otherMs: number) {
  return { before: now, at: new Date(now.getTime() + 10 + otherMs), after: new Date(now.getTime() + 20) };
}

export function workFacts(overrides: Partial<WorkFacts> = {}): WorkFacts {
  return {
    partners: 1,
    credentials: [credentialFacts()],
    unknownProviders: [],
    events: [eventFacts()],
    rejectedRows: 0,
    ...overrides,
  };
}

export function credentialFacts(overrides: Partial<CredentialFacts> = {}): CredentialFacts {
  return {
    credentialId: 3,
    partnerId: 1,
    partner: 'Peak Timing',
    provider: 'runsignup',
    providerName: 'RunSignUp',
    form: { encrypted: true, plain: [] },
    unusable: undefined,
    refused: undefined,
    call: { status: 'accepted', belongsTo: 'sees 4 races' },
    clock: clockReading(0),
    registrations: true,
    lastDiscoveryAt: ago(2 * hour),
    ...overrides,
  };
}

export function eventFacts(overrides: Partial<EventFacts> = {}): EventFacts {
  return {
    spec: '1:runsignup:974559',
    priority: 'high',
    lagMs: 40_000,
    lastSyncAt: ago(40_000),
    running: false,
    budgetBinds: false,
    failure: undefined,
    timeZone: 'America/Denver',
    timeZoneAssumed: false,
    ...overrides,
  };
}

export function failure(overrides: Partial<Failure> = {}): Failure {
  return {
    kind: 'ProviderUnavailable',
    message: 'it did not answer',
    hint: undefined,
    exit: 'someFailed',
    ...overrides,
  };
}

/** The judgement at the pace that is set by default. */
export const judged = (facts: DoctorFacts, everyMinutes = 1) => judge(facts, everyMinutes);

/** `problem credentials: message`, without what is ok; the exit code last. */
export function told(facts: DoctorFacts, everyMinutes?: number): (string | number)[] {
  const findings = judged(facts, everyMinutes);
  const lines = findings
    .filter(({ level }) => level !== 'ok')
    .map(({ level, check, message }) => `${level} ${check}: ${message}`);
  return [...lines, exitCodes[exitOfFindings(findings)].code];
}

export const withWork = (work: Parameters<typeof workFacts>[0]) =>
  doctorFacts({ database: databaseFacts({ work: workFacts(work) }) });
export const withCredential = (credential: Parameters<typeof credentialFacts>[0]) =>
  withWork({ credentials: [credentialFacts(credential)] });
export const withEvents = (...events: Partial<EventFacts>[]) =>
  withWork({ events: events.map((one) => eventFacts(one)) });
