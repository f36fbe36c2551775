/** What shows how things stand, and changes nothing. */
import type { Command } from 'commander';
import type { AddCommand } from './add-command.ts';

export function addLooking(program: Command, add: AddCommand): void {
  add(
    program,
    'status',
    'one screen: upcoming events, what is late or failed, budgets, what runs',
    ['status', 'status --partner 1', 'status --event 974559 --json', 'status --now 2026-09-13T10:30:00Z'],
    (c, _, o) => import('../commands/status.ts').then((m) => m.runStatus(c, o)),
    (command) => command.option('--partner <partner>', 'only this partner').option('--event <id>', 'only this event'),
  );
  add(
    program,
    'doctor',
    'check database, key, credentials, clock and timers, and say what to do; changes nothing',
    ['doctor', 'doctor --no-calls', 'doctor --json'],
    (c, _, o) => import('../commands/doctor.ts').then((m) => m.runDoctor(c, o as never)),
    (command) => command.option('--no-calls', 'ask no provider; else one call is made with each credential'),
  );
  add(
    program,
    'audit',
    'look in the database for a broken promise: overlaps, lost claims, budgets, removals, secrets; changes nothing',
    ['audit', 'audit --days 7', 'audit --json'],
    (c, _, o) => import('../commands/audit.ts').then((m) => m.runAuditCommand(c, o as never)),
    (command) => command.option('--days <n>', 'judge so many days back', '30'),
  );
}
