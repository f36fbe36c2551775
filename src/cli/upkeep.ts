/** What sets an installation up and keeps it. */
import type { Command } from 'commander';
import { type AddCommand, group } from './add-command.ts';

export function addUpkeep(program: Command, add: AddCommand): void {
  add(
    program,
    'migrate',
    'create the schema of the database, bring it up to date, or take over that of older programs',
    ['migrate', 'migrate --dry-run', 'migrate --dry-run --json'],
    (c, _, o) => import('../commands/migrate.ts').then((m) => m.runMigrate(c, o as never)),
    (command) => command.option('--dry-run', 'say what was found and print the SQL; change nothing'),
  );

  const partners = group(program, 'partners', 'the timing partners', ['partners add "Peak Timing"', 'partners list']);
  add(
    partners,
    'add <NAME>',
    'add a timing partner',
    ['partners add "Peak Timing"', 'partners add "Peak Timing" --id 7'],
    (c, [name = ''], o) => import('../commands/partners.ts').then((m) => m.runPartnersAdd(c, name, o)),
    (command) => command.option('--id <n>', 'give it this id'),
  );
  add(partners, 'list', 'list the timing partners', ['partners list'], (c) =>
    import('../commands/partners.ts').then((m) => m.runPartnersList(c)),
  );
  add(
    partners,
    'remove <PARTNER>',
    'remove a timing partner that has no data',
    ['partners remove 7'],
    (c, [name = '']) => import('../commands/partners.ts').then((m) => m.runPartnersRemove(c, name)),
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
    (c, [spec = ''], o) => import('../commands/credentials.ts').then((m) => m.runCredentialsAdd(c, spec, o as never)),
    (command) =>
      command
        .requiredOption('--principal <id>', 'API key, client id or e-mail: what is not secret')
        .option('--config <json>', 'further values that are not secret; those that are come with the secret')
        .option('--secret-file <file>', 'the secret, or {"secret", "additional_config"} as JSON'),
  );
  add(credentials, 'list', 'list the credentials, without secrets', ['credentials list'], (c) =>
    import('../commands/credentials.ts').then((m) => m.runCredentialsList(c)),
  );
  add(
    credentials,
    'keygen',
    'make a key to encrypt secrets with',
    ['credentials keygen --out /etc/p88sync/encryption.key', 'credentials keygen'],
    (c, _, o) => import('../commands/credential-keys.ts').then((m) => m.runKeygen(c, o)),
    (command) => command.option('--out <file>', 'write it to this new file, readable by its owner only'),
    { needsConfig: false },
  );
  add(
    credentials,
    'encrypt',
    'encrypt the secrets that older programs stored in clear text',
    ['credentials encrypt'],
    (c) => import('../commands/credential-keys.ts').then((m) => m.runEncrypt(c)),
  );
  add(
    credentials,
    'rotate-key',
    'encrypt everything with the current key; the former one is in P88SYNC_ENCRYPTION_KEY_PREVIOUS',
    ['credentials rotate-key'],
    (c) => import('../commands/credential-keys.ts').then((m) => m.runRotateKey(c)),
  );
  add(
    credentials,
    'test [ID]',
    'make one call with a credential, or with each',
    ['credentials test', 'credentials test 3'],
    (c, [id]) => import('../commands/credentials.ts').then((m) => m.runCredentialsTest(c, id)),
  );
  add(credentials, 'remove <ID>', 'remove a credential; data stays', ['credentials remove 3'], (c, [id = '']) =>
    import('../commands/credentials.ts').then((m) => m.runCredentialsRemove(c, id)),
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
    (c, _, o) => import('../commands/timers.ts').then((m) => m.runTimersPrint(c, o as never)),
    timerOptions,
    { needsConfig: false },
  );
  add(
    timers,
    'install',
    'write them where systemd or cron finds them, and say which commands remain; as root',
    ['timers install', 'timers install --dry-run', 'timers install --cron --user p88sync'],
    (c, _, o) => import('../commands/timers.ts').then((m) => m.runTimersInstall(c, o as never)),
    (command) =>
      timerOptions(command)
        .option('--dry-run', 'say what would be written; write nothing')
        .option('--force', 'overwrite files that differ')
        .option('--root <dir>', 'write below this folder instead of /; for packages'),
    { needsConfig: false },
  );
  const alert = group(program, 'alert', 'messages to people, on the channels that are set', [
    'alert test',
    'alert unit-failed p88sync-tick.service',
  ]);
  add(
    alert,
    'test',
    'send a message on every channel, and say what came of it',
    ['alert test', 'alert test --json'],
    (c) => import('../commands/alert.ts').then((m) => m.runAlertTest(c)),
    undefined,
    { needsConfig: 'alerts' },
  );
  add(
    alert,
    'unit-failed <UNIT>',
    'tell that a unit of systemd failed; OnFailure= of the units starts it, and it needs no database',
    ['alert unit-failed p88sync-tick.service'],
    (c, [unit = '']) => import('../commands/alert.ts').then((m) => m.runAlertUnitFailed(c, unit)),
    undefined,
    { needsConfig: 'alerts' },
  );
  add(
    program,
    'prune',
    'delete old rows of the history and of the log of calls',
    ['prune', 'prune --keep-days 30'],
    (c, _, o) => import('../commands/prune.ts').then((m) => m.runPrune(c, o as never)),
    (command) => command.option('--keep-days <n>', 'days to keep', '90'),
  );
}

function timerOptions(command: Command): Command {
  return command
    .option('--cron', 'a crontab for /etc/cron.d instead of systemd units')
    .option('--user <name>', 'the account that p88sync runs as', 'p88sync');
}
