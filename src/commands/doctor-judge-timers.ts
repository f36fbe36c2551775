/** What `doctor` says of the timers: does anything start p88sync, and is anybody told when it goes wrong. Pure. */
import { channelNames } from '../report/deliveries-text.ts';
import { type Finding, ok, problem, warning } from '../report/finding.ts';
import { spanText } from '../report/relative-time.ts';
import type { DoctorFacts, TimerFacts, TimerState, WorkFacts } from './doctor-facts.ts';
import { settingsFile } from './timer-files.ts';

/** Discovery runs every 12 h: whatever starts p88sync has left a trace within this time. */
export const discoveryMs = 13 * 3_600_000;

/** @param work undefined where the database does not tell. */
export function judgeTimers({ systemd, cron }: TimerFacts, work: WorkFacts | undefined, now: Date): readonly Finding[] {
  const units = systemd
    ? ([
        ['p88sync-tick.timer', systemd.tick],
        ['p88sync-discover.timer', systemd.discover],
      ] as const)
    : [];
  const used = units.some(([, state]) => isUsed(state));
  if (used && cron) {
    const hint =
      'Keep one: `rm /etc/cron.d/p88sync`, or `systemctl disable --now p88sync-tick.timer p88sync-discover.timer`.';
    return [warning('timers', 'both systemd and /etc/cron.d/p88sync start p88sync', hint)];
  }
  if (cron) return [ok('timers', '/etc/cron.d/p88sync starts the tick')];
  if (!used) return [nothingStarts(work, now)];
  const found = units.flatMap(([unit, state]) => judgeUnit(unit, state));
  return found.length > 0 ? found : [ok('timers', 'p88sync-tick.timer and p88sync-discover.timer are active')];
}

/** Which ways are set, without what they are set to; nobody is called. */
export function judgeAlerts({
  configuration,
  timers: { systemd, cron },
}: Pick<DoctorFacts, 'configuration' | 'timers'>): Finding {
  const { channels, heartbeats } = configuration.alerts;
  const set = [
    ...(channels.length > 0 ? [`by ${channels.map((one) => channelNames[one]).join(' and ')}`] : []),
    ...(heartbeats.length > 0 ? [`heartbeat of ${heartbeats.join(' and ')}`] : []),
  ];
  if (set.length > 0) return ok('alerts', set.join('; '));
  const isStarted = cron || (systemd !== undefined && (isUsed(systemd.tick) || isUsed(systemd.discover)));
  if (!isStarted) return ok('alerts', 'none are set');
  const hint = `Set P88SYNC_ALERT_WEBHOOK_URL and P88SYNC_TICK_HEARTBEAT_URL in ${settingsFile}, then try \`p88sync alert test\`.`;
  return warning('alerts', 'the timers run, and nobody is told when something goes wrong or they stop', hint);
}

function isUsed({ active, enabled }: TimerState): boolean {
  return active || enabled;
}

function judgeUnit(unit: string, { active, enabled }: TimerState): readonly Finding[] {
  if (!active) {
    return [problem('timers', `${unit} is not active`, `As root: \`systemctl enable --now ${unit}\`.`, 'someFailed')];
  }
  if (enabled) return [];
  const text = `${unit} is active, and will not be after the next start of this machine`;
  return [warning('timers', text, `As root: \`systemctl enable ${unit}\`.`)];
}

/** An idle tick leaves no trace, so other machines are known by what was synced and discovered. */
function nothingStarts(work: WorkFacts | undefined, now: Date): Finding {
  const install = '`p88sync timers install`, as root, has p88sync started every minute.';
  const text = 'nothing on this machine starts p88sync';
  const last = work ? newestTrace(work) : undefined;
  const ago = last && Math.max(0, now.getTime() - last.getTime());
  if (ago !== undefined && ago <= discoveryMs) {
    const hint = `Fine where another machine runs the timers. Else: ${install}`;
    return warning('timers', `${text}; the last run was ${spanText(ago)} ago`, hint);
  }
  // Before there is anything to sync it is only the next step.
  if (!work || work.credentials.length === 0) return warning('timers', text, install);
  return problem(
    'timers',
    last ? `${text}, and nothing else did for ${spanText(ago ?? 0)}` : text,
    install,
    'someFailed',
  );
}

function newestTrace({ credentials, events }: WorkFacts): Date | undefined {
  const traces = [...credentials.map((one) => one.lastDiscoveryAt), ...events.map((one) => one.lastSyncAt)];
  return traces.reduce((latest, at) => (at && (!latest || at > latest) ? at : latest), undefined);
}
