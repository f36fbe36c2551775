import {
  CredentialRefused,
  DatabaseUnavailable,
  EmbeddedDatabaseBusy,
  Interrupted,
  P88Error,
  SafetyStop,
  UsageError,
} from './errors.ts';

/** The one table of exit codes; `--help` and the README print it. systemd and cron read nothing else. */
export const exitCodes = {
  done: { code: 0, meaning: 'done, or nothing was due' },
  someFailed: { code: 1, meaning: 'some units failed and will be retried, or something is not in order' },
  usage: { code: 2, meaning: 'usage or configuration refused' },
  database: { code: 3, meaning: 'database unreachable, or its schema older or newer than the program' },
  embeddedBusy: { code: 4, meaning: 'another process holds the embedded database' },
  credentialRefused: { code: 5, meaning: 'a credential was refused, a person is needed' },
  safetyStop: { code: 6, meaning: 'safety stop, a person is needed' },
  bug: { code: 70, meaning: 'a bug in p88sync' },
  interrupted: { code: 130, meaning: 'interrupted (SIGINT); work in hand committed, the rest left for next time' },
  terminated: { code: 143, meaning: 'terminated (SIGTERM); work in hand committed, the rest left for next time' },
} as const;

export type ExitName = keyof typeof exitCodes;

/** What the units of systemd, and a heartbeat, count as success: what is left is done by the next run. */
export const unitSuccess: readonly ExitName[] = ['done', 'someFailed', 'terminated'];

/** The exit of one error. Errors of single units are `someFailed`; what is not ours is a bug. */
export function exitNameOf(error: unknown): ExitName {
  if (error instanceof UsageError) return 'usage';
  if (error instanceof DatabaseUnavailable) return 'database';
  if (error instanceof EmbeddedDatabaseBusy) return 'embeddedBusy';
  if (error instanceof CredentialRefused) return 'credentialRefused';
  if (error instanceof SafetyStop) return 'safetyStop';
  if (error instanceof Interrupted) return 'terminated';
  if (error instanceof P88Error) return 'someFailed';
  return 'bug';
}

/** Of several exits of one run the one that needs a person most urgently. */
export function worstExit(names: Iterable<ExitName>): ExitName {
  const urgency: ExitName[] = [
    'bug',
    'database',
    'embeddedBusy',
    'usage',
    'safetyStop',
    'credentialRefused',
    'terminated',
    'interrupted',
    'someFailed',
    'done',
  ];
  const seen = new Set(names);
  return urgency.find((name) => seen.has(name)) ?? 'done';
}
