/** What to type next, where the status shows that something is not set up or stands still. */
import type { StatusData } from '../domain/status.ts';
import { spanText } from './relative-time.ts';
import type { Verdict } from './verdict.ts';

export interface Advice {
  readonly why: string;
  readonly command: string;
}

/** The timer beats every minute; after ten without a sync while events are late, it is not running. */
const standstillMs = 10 * 60_000;

/** In the order to be done; empty where all runs. */
export function adviceFor(data: StatusData, verdict: Verdict): Advice[] {
  if (data.partners === 0)
    return [{ why: 'Add the first timing partner', command: 'p88sync partners add "Peak Timing"' }];
  if (data.credentials.length === 0) {
    return [
      { why: 'Add a credential', command: 'p88sync credentials add 1:runsignup --principal KEY' },
      { why: 'Numbers of the partners', command: 'p88sync partners list' },
    ];
  }
  if (data.events.length === 0) {
    const why = data.lastDiscoveryAt === undefined ? 'Ask the providers for events' : 'Ask the providers again';
    return [{ why, command: 'p88sync discover' }];
  }
  if (data.lastSyncAt === undefined) {
    return [
      { why: 'Sync once by hand', command: 'p88sync tick' },
      { why: 'Have it done every minute', command: 'p88sync timers install' },
    ];
  }
  const silentMs = data.now.getTime() - data.lastSyncAt.getTime();
  if (verdict.late > 0 && data.running.length === 0 && silentMs > standstillMs) {
    return [{ why: `No sync for ${spanText(silentMs)}: do the timers run?`, command: 'p88sync doctor' }];
  }
  return [];
}
