/** What tries it out, in a world of its own. */
import type { Command } from 'commander';
import type { AddCommand } from './add-command.ts';

export function addTrying(program: Command, add: AddCommand): void {
  add(
    program,
    'sandbox',
    'serve stand-ins of the providers on this machine, with demo data',
    ['sandbox', 'sandbox --port 8088'],
    (c, _, o) => import('../commands/sandbox.ts').then((m) => m.runSandbox(c, o as never)),
    (command) => command.option('--port <n>', 'port on 127.0.0.1; 0 takes a free one', '8088'),
    { needsConfig: false },
  );
  add(
    program,
    'demo',
    'the whole job end to end on the embedded database, against the sandbox',
    ['demo'],
    (c) => import('../commands/demo.ts').then((m) => m.runDemo(c)),
    undefined,
    { needsConfig: false },
  );
}
