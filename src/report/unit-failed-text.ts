/** The alert about a unit of systemd that failed: the run itself could not tell, or systemd ended it. */
import type { Message } from '../domain/alerts.ts';
import { exitCodes } from '../domain/exit-codes.ts';
import { safeText } from './safe-text.ts';

/** What systemd tells the unit that OnFailure= starts; all undefined before systemd 251. */
export interface EndedUnit {
  /** `exit-code`, `timeout`, `oom-kill`: $MONITOR_SERVICE_RESULT. */
  readonly result: string | undefined;
  /** `exited`, `killed`, `dumped`: $MONITOR_EXIT_CODE. */
  readonly exitCode: string | undefined;
  /** The exit status or the name of a signal: $MONITOR_EXIT_STATUS. */
  readonly exitStatus: string | undefined;
}

/** The run has told of it by itself: what it ended with stands in the database, and the alert with it. */
export function hasToldItself({ result, exitStatus }: EndedUnit): boolean {
  const { credentialRefused, safetyStop } = exitCodes;
  return result === 'exit-code' && [credentialRefused, safetyStop].some(({ code }) => String(code) === exitStatus);
}

export function unitFailedMessage(unit: string, ended: EndedUnit, host: string): Message {
  const how = howItEnded(ended);
  return {
    subject: `p88sync on ${safeText(host)}: ${safeText(unit)} failed`,
    text: [
      `${safeText(unit)} failed${how === undefined ? '' : `: ${how}`}.`,
      `Next: \`journalctl -u ${safeText(unit)} -n 50\` has its log; \`p88sync doctor\` looks for the cause. While it fails this is told once an hour.`,
    ].join('\n'),
  };
}

function howItEnded({ result, exitCode, exitStatus }: EndedUnit): string | undefined {
  const status = safeText(exitStatus ?? '');
  switch (result) {
    case undefined:
      return undefined;
    case 'exit-code': {
      const meaning = Object.values(exitCodes).find(({ code }) => String(code) === status)?.meaning;
      return `exit code ${status}${meaning === undefined ? '' : `, ${meaning}`}`;
    }
    case 'timeout':
      return 'it had not ended in its time, and systemd ended it';
    case 'oom-kill':
      return 'the machine ran out of memory';
    case 'signal':
    case 'core-dump':
      return `it was ended by signal ${status}`;
    default:
      return [result, exitCode, status]
        .map((word) => safeText(word ?? ''))
        .join(' ')
        .trim();
  }
}
