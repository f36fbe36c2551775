/** What a check of `doctor` found: made by the judgement, drawn by doctor-text.ts. */
import { type ExitName, worstExit } from '../domain/exit-codes.ts';

/** The checks, by the word that --json has for them, in the order in which they are told. */
export const checks = {
  node: 'Node.js',
  configuration: 'Configuration',
  files: 'Files',
  database: 'Database',
  schema: 'Schema',
  rights: 'Rights',
  clock: 'Clock',
  encryptionKey: 'Encryption key',
  credentials: 'Credentials',
  timers: 'Timers',
  alerts: 'Alerts',
  discovery: 'Discovery',
  highEvents: 'High priority',
  failures: 'Failed syncs',
  rejectedRows: 'Rejected rows',
  timeZones: 'Time zones',
} as const;

export type Check = keyof typeof checks;

export interface Finding {
  readonly check: Check;
  /** `warning`: it works, and somebody should know. `problem`: something that should work does not. */
  readonly level: 'ok' | 'warning' | 'problem';
  readonly message: string;
  /** What to do; every warning and every problem has one. */
  readonly hint: string | undefined;
  /** `done` unless it is a problem. */
  readonly exit: ExitName;
}

export function ok(check: Check, message: string): Finding {
  return { check, level: 'ok', message, hint: undefined, exit: 'done' };
}

export function warning(check: Check, message: string, hint: string): Finding {
  return { check, level: 'warning', message, hint, exit: 'done' };
}

export function problem(check: Check, message: string, hint: string, exit: ExitName): Finding {
  return { check, level: 'problem', message, hint, exit };
}

/** The exit of the run: what needs a person most urgently; warnings need nobody. */
export function exitOfFindings(findings: readonly Finding[]): ExitName {
  return worstExit(findings.map((finding) => finding.exit));
}
