/** Whether this machine starts p88sync by itself, as far as it can be seen without rights; for `doctor`. */
import type { TimerFacts, TimerState } from './doctor-facts.ts';
import type { Machine } from './machine.ts';

/** Never throws: a machine without systemd, or without cron, is no error. */
export async function gatherTimers(machine: Machine): Promise<TimerFacts> {
  const [tick, discover, crontab] = await Promise.all([
    timerState(machine, 'p88sync-tick.timer'),
    timerState(machine, 'p88sync-discover.timer'),
    machine.readText('/etc/cron.d/p88sync').catch(() => undefined),
  ]);
  return {
    systemd: tick && discover && { tick, discover },
    cron: crontab?.split('\n').some((line) => !line.startsWith('#') && /p88sync\S* tick\b/.test(line)) ?? false,
  };
}

/** Undefined where there is no systemctl, or no systemd that answers it (a container). */
async function timerState(machine: Machine, unit: string): Promise<TimerState | undefined> {
  const [enabled, active] = await Promise.all([
    machine.run('systemctl', ['is-enabled', unit]),
    machine.run('systemctl', ['is-active', unit]),
  ]);
  // A systemd that runs always has a word for it: `inactive` for a unit that it has never heard of.
  if (!active?.stdout.trim()) return undefined;
  return { enabled: enabled?.stdout.trim() === 'enabled', active: active.stdout.trim() === 'active' };
}
