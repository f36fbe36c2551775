/** What brings registrations in, by timers and by hand. */
import type { Command } from 'commander';
import { type AddCommand, allowMassRemoval, maxSeconds } from './add-command.ts';

export function addSyncing(program: Command, add: AddCommand): void {
  add(
    program,
    'discover [PARTNER[:PROVIDER]]',
    'find new and changed upcoming events of every credential',
    ['discover', 'discover "Peak Timing"', 'discover 1:raceroster'],
    (c, [spec], o) => import('../commands/discover.ts').then((m) => m.runDiscover(c, spec, o)),
    maxSeconds,
  );
  add(
    program,
    'tick',
    'sync what is due now; the timer starts it every minute',
    ['tick', 'tick --dry-run', 'tick --dry-run --now 2026-09-13T10:30:00Z'],
    (c, _, o) => import('../commands/tick.ts').then((m) => m.runTick(c, o as never)),
    (command) =>
      command
        .option('--dry-run', 'say what would be synced and why; call nobody, store nothing')
        .option('--max-seconds <n>', 'end after so many seconds; the rest is left for the next tick', '50'),
  );
  add(
    program,
    'sync-event <PARTNER:PROVIDER:EVENT>',
    'sync one event now',
    ['sync-event 1:runsignup:974559', 'sync-event "Peak Timing:runsignup:974559" --full'],
    (c, [spec = ''], o) => import('../commands/sync-event.ts').then((m) => m.runSyncEvent(c, spec, o)),
    (command) => allowMassRemoval(maxSeconds(command.option('--full', 'everybody, not only what changed'))),
  );
  add(
    program,
    'full-sync [PARTNER[:PROVIDER]]',
    'sync everything that is upcoming; goes on where an interrupted run stopped',
    [
      'full-sync',
      'full-sync 1 --summary /tmp/summary.json',
      'full-sync 1:runsignup --include-past',
      'full-sync --test',
    ],
    (c, [spec], o) => import('../commands/full-sync.ts').then((m) => m.runFullSync(c, spec, o)),
    (command) =>
      allowMassRemoval(
        maxSeconds(
          command
            .option('--include-past', 'past events too')
            .option('--summary <file>', 'write the JSON summary there')
            .option('--test', 'only the first partner'),
        ),
      ),
  );
}
