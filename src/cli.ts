/** The commander program: what operators type. Each command loads its own file, so that a tick loads nothing else. */
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import type { CommandContext, CommandResult } from './commands/context.ts';
import { exitCodes } from './domain/exit-codes.ts';

/** Options that every command has. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly debug?: boolean;
  readonly now?: string;
}

export interface Invocation {
  /** `tick`, `credentials add`. */
  readonly command: string;
  readonly options: CommonOptions;
  /** False for the few commands that bring their own world and need no configuration. */
  readonly needsConfig: boolean;
  execute(context: CommandContext): Promise<CommandResult>;
}

/** What comes of the arguments: an invocation, handed to `run`. */
export function buildProgram(run: (invocation: Invocation) => Promise<void>): Command {
  const program = new Command('p88sync')
    .description(
      'Brings race registrations and results into PostgreSQL, and results back to where people registered; started by timers.',
    )
    .version(readVersion())
    .showHelpAfterError('(p88sync --help lists the commands)')
    .addHelpText('after', `\n${exitCodeHelp()}\n\nSettings are environment variables; the README lists them.`);
  const add = adder(run);

  add(
    program,
    'discover [PARTNER[:PROVIDER]]',
    'find new and changed upcoming events of every credential',
    ['discover', 'discover "Peak Timing"', 'discover 1:raceroster'],
    (c, [spec], o) => import('./commands/discover.ts').then((m) => m.runDiscover(c, spec, o)),
    maxSeconds,
  );
  add(
    program,
    'tick',
    'sync what is due now; the timer starts it every minute',
    ['tick', 'tick --dry-run', 'tick --dry-run --now 2026-09-13T10:30:00Z'],
    (c, _, o) => import('./commands/tick.ts').then((m) => m.runTick(c, o as never)),
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
    (c, [spec = ''], o) => import('./commands/sync-event.ts').then((m) => m.runSyncEvent(c, spec, o)),
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
    (c, [spec], o) => import('./commands/full-sync.ts').then((m) => m.runFullSync(c, spec, o)),
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
  add(
    program,
    'publish-results <PARTNER:PROVIDER:EVENT>',
    'publish the results of an event to the provider that its runners registered with',
    [
      'publish-results 1:runsignup:974559 --dry-run',
      'publish-results 1:runsignup:974559 --name "Overall Results" --split "5K=1234"',
      'publish-results 1:runsignup:974559 --yes',
    ],
    (c, [spec = ''], o) => import('./commands/publish-results.ts').then((m) => m.runPublishResults(c, spec, o)),
    (command) =>
      command
        .option('--dry-run', 'show what would change; change nothing')
        .option('--yes', 'do not ask; needed where there is no terminal')
        .option('--name <name>', "name of a new result set (default: the event's name)")
        .option('--result-set <id>', 'publish to this set, whoever made it')
        .option('--split <name=id>', "the provider's id of a split; may be given several times", collect)
        .option('--public', 'make the new set public (default: not public)')
        .option('--final', 'make the new set final (default: preliminary)')
        .option('--notify', 'let the provider notify runners of results in the new set (default: nobody)'),
  );
  add(
    program,
    'status',
    'one screen: upcoming events, what is late or failed, budgets, what runs',
    ['status', 'status --partner 1', 'status --event 974559 --json', 'status --now 2026-09-13T10:30:00Z'],
    (c, _, o) => import('./commands/status.ts').then((m) => m.runStatus(c, o)),
    (command) => command.option('--partner <partner>', 'only this partner').option('--event <id>', 'only this event'),
  );
  add(
    program,
    'migrate',
    'create the schema of the database, bring it up to date, or take over that of older programs',
    ['migrate', 'migrate --dry-run', 'migrate --dry-run --json'],
    (c, _, o) => import('./commands/migrate.ts').then((m) => m.runMigrate(c, o as never)),
    (command) => command.option('--dry-run', 'say what was found and print the SQL; change nothing'),
  );

  const link = group(program, 'link', 'which registration events are scored as which events of a scoring system', [
    'link 1:runsignup:974559 1:copernico:RACE/EVENT',
    'link list',
    'link remove 1:runsignup:974559 1:copernico:RACE/EVENT',
  ]);
  add(
    link,
    'add <EVENT> <SCORING-EVENT>',
    'link two events of a partner; `link A B` is short for it',
    ['link add 1:runsignup:974559 1:copernico:RACE/EVENT', 'link 1:runsignup:974559 1:copernico:RACE/EVENT --force'],
    (c, [event = '', scoring = ''], o) => import('./commands/link.ts').then((m) => m.runLinkAdd(c, event, scoring, o)),
    (command) =>
      command
        .option('--credential <id>', 'the credential that sees the scoring event, where the partner has several')
        .option('--force', 'although names or dates do not look like the same race'),
    { isDefault: true },
  );
  add(link, 'list [PARTNER]', 'list the links', ['link list', 'link list "Peak Timing"'], (c, [partner]) =>
    import('./commands/link.ts').then((m) => m.runLinkList(c, partner)),
  );
  add(
    link,
    'remove <EVENT> [OTHER-EVENT]',
    'remove a link, or all links of an event; nobody is taken out of the scoring event',
    ['link remove 1:runsignup:974559 1:copernico:RACE/EVENT', 'link remove 1:copernico:RACE/EVENT'],
    (c, [event = '', other]) => import('./commands/link.ts').then((m) => m.runLinkRemove(c, event, other)),
  );
  add(
    program,
    'push-participants <PARTNER:PROVIDER:EVENT>',
    'send new and changed people to a scoring event, or to those that a registration event is linked to',
    ['push-participants 1:copernico:RACE/EVENT --dry-run', 'push-participants 1:runsignup:974559'],
    (c, [spec = ''], o) => import('./commands/push-participants.ts').then((m) => m.runPushParticipants(c, spec, o)),
    (command) =>
      maxSeconds(
        command
          .option('--dry-run', 'say who would be added, changed and removed; call nobody, store nothing')
          .option('--all', 'send everybody again, not only who is new or changed'),
      ),
  );
  add(
    program,
    'pull-results <PARTNER:PROVIDER:EVENT>',
    'bring the results of a scoring event into the database, as they are now',
    ['pull-results 1:copernico:RACE/EVENT', 'pull-results 1:chronotrack:31002 --credential 4'],
    (c, [spec = ''], o) => import('./commands/pull-results.ts').then((m) => m.runPullResults(c, spec, o)),
    (command) =>
      allowMassRemoval(
        maxSeconds(
          command.option('--credential <id>', 'the credential that sees the event, where the partner has several'),
        ),
      ),
  );

  const partners = group(program, 'partners', 'the timing partners', ['partners add "Peak Timing"', 'partners list']);
  add(
    partners,
    'add <NAME>',
    'add a timing partner',
    ['partners add "Peak Timing"', 'partners add "Peak Timing" --id 7'],
    (c, [name = ''], o) => import('./commands/partners.ts').then((m) => m.runPartnersAdd(c, name, o)),
    (command) => command.option('--id <n>', 'give it this id'),
  );
  add(partners, 'list', 'list the timing partners', ['partners list'], (c) =>
    import('./commands/partners.ts').then((m) => m.runPartnersList(c)),
  );
  add(
    partners,
    'remove <PARTNER>',
    'remove a timing partner that has no data',
    ['partners remove 7'],
    (c, [name = '']) => import('./commands/partners.ts').then((m) => m.runPartnersRemove(c, name)),
  );

  const credentials = group(program, 'credentials', "the partners' credentials with the providers", [
    'credentials add 1:runsignup --principal KEY < secret.txt',
    'credentials list',
    'credentials test',
  ]);
  add(
    credentials,
    'add <PARTNER:PROVIDER>',
    'add or replace a credential; the secret comes on standard input or from a file',
    [
      'credentials add 1:runsignup --principal KEY < secret.txt',
      'credentials add 1:raceroster --principal CLIENT_ID --secret-file rr.json',
    ],
    (c, [spec = ''], o) => import('./commands/credentials.ts').then((m) => m.runCredentialsAdd(c, spec, o as never)),
    (command) =>
      command
        .requiredOption('--principal <id>', 'API key, client id or e-mail: what is not secret')
        .option('--config <json>', 'further values that are not secret')
        .option('--secret-file <file>', 'the secret, or {"secret", "additional_config"} as JSON'),
  );
  add(credentials, 'list', 'list the credentials, without secrets', ['credentials list'], (c) =>
    import('./commands/credentials.ts').then((m) => m.runCredentialsList(c)),
  );
  add(
    credentials,
    'keygen',
    'make a key to encrypt secrets with',
    ['credentials keygen --out /etc/p88sync/encryption.key', 'credentials keygen'],
    (c, _, o) => import('./commands/credential-keys.ts').then((m) => m.runKeygen(c, o)),
    (command) => command.option('--out <file>', 'write it to this new file, readable by its owner only'),
    { needsConfig: false },
  );
  add(
    credentials,
    'encrypt',
    'encrypt the secrets that older programs stored in clear text',
    ['credentials encrypt'],
    (c) => import('./commands/credential-keys.ts').then((m) => m.runEncrypt(c)),
  );
  add(
    credentials,
    'rotate-key',
    'encrypt everything with the current key; the former one is in P88SYNC_ENCRYPTION_KEY_PREVIOUS',
    ['credentials rotate-key'],
    (c) => import('./commands/credential-keys.ts').then((m) => m.runRotateKey(c)),
  );
  add(
    credentials,
    'test [ID]',
    'make one call with a credential, or with each',
    ['credentials test', 'credentials test 3'],
    (c, [id]) => import('./commands/credentials.ts').then((m) => m.runCredentialsTest(c, id)),
  );
  add(credentials, 'remove <ID>', 'remove a credential; data stays', ['credentials remove 3'], (c, [id = '']) =>
    import('./commands/credentials.ts').then((m) => m.runCredentialsRemove(c, id)),
  );

  add(
    program,
    'doctor',
    'check database, key, credentials, clock and timers, and say what to do; changes nothing',
    ['doctor', 'doctor --no-calls', 'doctor --json'],
    (c, _, o) => import('./commands/doctor.ts').then((m) => m.runDoctor(c, o as never)),
    (command) => command.option('--no-calls', 'ask no provider; else one call is made with each credential'),
  );
  const timers = group(program, 'timers', 'what starts p88sync by itself: systemd timers or a crontab', [
    'timers print',
    'timers install',
  ]);
  add(
    timers,
    'print',
    'print the systemd units for this machine, or the crontab',
    ['timers print', 'timers print --cron'],
    (c, _, o) => import('./commands/timers.ts').then((m) => m.runTimersPrint(c, o as never)),
    timerOptions,
    { needsConfig: false },
  );
  add(
    timers,
    'install',
    'write them where systemd or cron finds them, and say which commands remain; as root',
    ['timers install', 'timers install --dry-run', 'timers install --cron --user p88sync'],
    (c, _, o) => import('./commands/timers.ts').then((m) => m.runTimersInstall(c, o as never)),
    (command) =>
      timerOptions(command)
        .option('--dry-run', 'say what would be written; write nothing')
        .option('--force', 'overwrite files that differ')
        .option('--root <dir>', 'write below this folder instead of /; for packages'),
    { needsConfig: false },
  );

  add(
    program,
    'prune',
    'delete old rows of the history and of the log of calls',
    ['prune', 'prune --keep-days 30'],
    (c, _, o) => import('./commands/prune.ts').then((m) => m.runPrune(c, o as never)),
    (command) => command.option('--keep-days <n>', 'days to keep', '90'),
  );
  add(
    program,
    'sandbox',
    'serve stand-ins of the providers on this machine, with demo data',
    ['sandbox', 'sandbox --port 8088'],
    (c, _, o) => import('./commands/sandbox.ts').then((m) => m.runSandbox(c, o as never)),
    (command) => command.option('--port <n>', 'port on 127.0.0.1; 0 takes a free one', '8088'),
    { needsConfig: false },
  );
  add(
    program,
    'demo',
    'the whole job end to end on the embedded database, against the sandbox',
    ['demo'],
    (c) => import('./commands/demo.ts').then((m) => m.runDemo(c)),
    undefined,
    { needsConfig: false },
  );
  return program;
}

type Execute = (
  context: CommandContext,
  args: readonly (string | undefined)[],
  options: Record<string, never>,
) => Promise<CommandResult>;

interface CommandKind {
  /** False: it brings its own world. Default: true. */
  readonly needsConfig?: boolean;
  /** What its group does where no subcommand is named. */
  readonly isDefault?: boolean;
}

function adder(run: (invocation: Invocation) => Promise<void>) {
  return (
    parent: Command,
    usage: string,
    description: string,
    examples: readonly string[],
    execute: Execute,
    extend?: (command: Command) => Command,
    { needsConfig = true, isDefault = false }: CommandKind = {},
  ) => {
    const command = parent.command(usage, { isDefault }).description(description);
    extend?.(command);
    command
      .option('--json', 'one JSON object on standard output; the log goes to standard error')
      .option('--debug', 'log every call, page and statement')
      .option('--now <iso>', 'the clock of this run, such as 2026-09-13T10:30:00Z; for questions and rehearsals')
      .addHelpText('after', moreHelp(examples))
      .action(async (...given: unknown[]) => {
        const args = given.slice(0, command.registeredArguments.length) as (string | undefined)[];
        const options = command.opts<CommonOptions>();
        const name = parent.parent ? `${parent.name()} ${command.name()}` : command.name();
        await run({
          command: name,
          options,
          needsConfig,
          execute: (context) => execute(context, args, options as Record<string, never>),
        });
      });
  };
}

/** A command that only has subcommands. */
function group(program: Command, name: string, description: string, examples: readonly string[]): Command {
  return program.command(name).description(description).addHelpText('after', moreHelp(examples));
}

function moreHelp(examples: readonly string[]): string {
  return `\nExamples:\n${examples.map((example) => `  p88sync ${example}`).join('\n')}\n\n${exitCodeHelp()}`;
}

function timerOptions(command: Command): Command {
  return command
    .option('--cron', 'a crontab for /etc/cron.d instead of systemd units')
    .option('--user <name>', 'the account that p88sync runs as', 'p88sync');
}

/** An option that may be given several times. */
function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}

function maxSeconds(command: Command): Command {
  return command.option('--max-seconds <n>', 'end after so many seconds; the next run goes on from there');
}

function allowMassRemoval(command: Command): Command {
  return command.option(
    '--allow-mass-removal',
    'mark everybody (or every result) as removed that a complete listing lacks, however many',
  );
}

function exitCodeHelp(): string {
  const lines = Object.values(exitCodes).map(({ code, meaning }) => `  ${String(code).padStart(3)}  ${meaning}`);
  return `Exit codes:\n${lines.join('\n')}`;
}

function readVersion(): string {
  // dist/main.js and src/cli.ts both lie one folder below the package.
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
