/** The scoring side: links, people out, results in, results published. */
import type { Command } from 'commander';
import { type AddCommand, allowMassRemoval, collect, group, maxSeconds } from './add-command.ts';

export function addScoring(program: Command, add: AddCommand): void {
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
    (c, [event = '', scoring = ''], o) => import('../commands/link.ts').then((m) => m.runLinkAdd(c, event, scoring, o)),
    (command) =>
      command
        .option('--credential <id>', 'the credential that sees the scoring event, where the partner has several')
        .option('--force', 'although names or dates do not look like the same race'),
    { isDefault: true },
  );
  add(link, 'list [PARTNER]', 'list the links', ['link list', 'link list "Peak Timing"'], (c, [partner]) =>
    import('../commands/link.ts').then((m) => m.runLinkList(c, partner)),
  );
  add(
    link,
    'remove <EVENT> [OTHER-EVENT]',
    'remove a link, or all links of an event; nobody is taken out of the scoring event',
    ['link remove 1:runsignup:974559 1:copernico:RACE/EVENT', 'link remove 1:copernico:RACE/EVENT'],
    (c, [event = '', other]) => import('../commands/link.ts').then((m) => m.runLinkRemove(c, event, other)),
  );
  add(
    program,
    'push-participants <PARTNER:PROVIDER:EVENT>',
    'send new and changed people to a scoring event, or to those that a registration event is linked to',
    ['push-participants 1:copernico:RACE/EVENT --dry-run', 'push-participants 1:runsignup:974559'],
    (c, [spec = ''], o) => import('../commands/push-participants.ts').then((m) => m.runPushParticipants(c, spec, o)),
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
    (c, [spec = ''], o) => import('../commands/pull-results.ts').then((m) => m.runPullResults(c, spec, o)),
    (command) =>
      allowMassRemoval(
        maxSeconds(
          command.option('--credential <id>', 'the credential that sees the event, where the partner has several'),
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
    (c, [spec = ''], o) => import('../commands/publish-results.ts').then((m) => m.runPublishResults(c, spec, o)),
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
}
