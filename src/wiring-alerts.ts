/** Who is told of what is wrong, and that runs take place; what sends is loaded where somebody is. */
import type { Alerting, ConfigurationFacts } from './commands/context.ts';
import { type AlertsConfig, staysHere } from './config/alerts.ts';
import type { Config } from './config.ts';
import { channels } from './domain/alerts.ts';
import { type ExitName, exitCodes, unitSuccess } from './domain/exit-codes.ts';
import type { Log } from './domain/log.ts';
import { maskText } from './log.ts';
import type { EndedUnit } from './report/unit-failed-text.ts';

/** A message is given up after this long: a tick must be over before the next one begins. */
const messageMs = 5_000;

/** @param rehearsal `--now` was given: what happens at another time than this is nobody's news. */
export function alertingOf({ alerts, hostName }: Config, rehearsal: boolean): Alerting | undefined {
  const mayTell = (address: Parameters<typeof staysHere>[0]) => !rehearsal || staysHere(address);
  const { webhook, email } = alerts;
  const settings = {
    ...(webhook && mayTell(webhook) && { webhook }),
    ...(email && mayTell(email.server) && { email }),
  };
  const set = channels.filter((channel) => settings[channel] !== undefined);
  if (set.length === 0) return undefined;
  return {
    channels: set,
    host: hostName,
    send: async (channel, { subject, text }) => {
      const { send } = await import('./notify/notifier.ts');
      // As for the log: messages of errors hold no secret, and this is the second line of defence.
      return send(settings, channel, { subject: maskText(subject), text: maskText(text) }, messageMs);
    },
  };
}

export function alertFacts({ heartbeats, ...settings }: AlertsConfig): ConfigurationFacts['alerts'] {
  return { channels: channels.filter((channel) => settings[channel]), heartbeats: Object.keys(heartbeats) };
}

export interface Heartbeat {
  /**
   * Ends within seconds and never throws.
   * @param exit undefined: the run broke off where nobody expected it; overdue: it was ended by force.
   */
  end(exit: ExitName | 'overdue' | undefined): Promise<void>;
}

/** Undefined where nobody is told of such a run. */
export function beginHeartbeat(
  {
    command,
    config,
    log,
    now,
    dryRun,
  }: {
    readonly command: string;
    readonly config: Config;
    readonly log: Log;
    readonly now: Date | undefined;
    readonly dryRun?: boolean;
  },
  runId: string,
): Heartbeat | undefined {
  const url = command === 'tick' || command === 'discover' ? config.alerts.heartbeats[command] : undefined;
  if (!url || dryRun || (now && !staysHere(url))) return undefined;
  const missed = (reason: string) => log.warn({ reason }, `the heartbeat of ${command} was not taken`);
  // A run is not worth less because nobody could be told of it.
  const begun = import('./notify/heartbeat.ts')
    .then(({ startHeartbeat }) => startHeartbeat(url, runId, missed))
    .catch(() => undefined);
  return {
    end: async (exit) => {
      const heartbeat = await begun;
      if (!heartbeat) return;
      if (exit === undefined) return heartbeat.end('fail', exitCodes.bug.meaning);
      if (exit === 'overdue') return heartbeat.end('fail', 'it did not end in its time and was ended by force');
      const { code, meaning } = exitCodes[exit];
      return heartbeat.end(unitSuccess.includes(exit) ? 0 : code, `exit code ${code}: ${meaning}`);
    },
  };
}

/** systemd 251 and later tell a unit that OnFailure= starts what became of the one that failed. */
export function endedUnit(env: Readonly<Record<string, string | undefined>>): EndedUnit {
  return {
    result: env['MONITOR_SERVICE_RESULT'] || undefined,
    exitCode: env['MONITOR_EXIT_CODE'] || undefined,
    exitStatus: env['MONITOR_EXIT_STATUS'] || undefined,
  };
}
