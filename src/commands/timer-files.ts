/** The units and the crontab of the package with this machine's program and account filled in. Pure. */

export interface FillIn {
  /** What starts p88sync: `/usr/local/bin/p88sync`, or node and the launcher. */
  readonly command: string;
  readonly user: string;
  readonly group: string;
}

/** Where the units and the crontab read the settings from. */
export const settingsFile = '/etc/p88sync/p88sync.env';
/** Where the units take the encryption key from. */
export const keyFile = '/etc/p88sync/encryption.key';

/** The program and the account as the templates name them; test/timers holds the templates to it. */
const program = '/usr/local/bin/p88sync';
const account = 'p88sync';

const head = (how: string) => `# Written by \`p88sync timers\` with this machine's paths. ${how}`;

/** The head of the template tells of a path that may not be here; the timers' own heads stay. */
export function fillService(template: string, { command, user, group }: FillIn): string {
  const body = from(template, '[Unit]\n');
  const filled = replaceIn(body, `\nExecStart=${program} `, `\nExecStart=${command} `);
  const owned = replaceIn(filled, `\nUser=${account}\nGroup=${account}\n`, `\nUser=${user}\nGroup=${group}\n`);
  return `${head('`systemctl edit` is the place for changes.')}\n${owned}`;
}

const job = new RegExp(`^(#?(?:[\\d*,/-]+ ){5})${account} `);

/** Head, settings and jobs of the crontab; its remark on /usr/local/bin goes. */
export function fillCrontab(template: string, { command, user, group }: FillIn): string {
  const lines = template.split('\n').filter((line) => !line.startsWith('# /usr/local/bin is where'));
  const filled = lines.map((line) => {
    if (job.test(line)) return replaceIn(line.replace(job, `$1${user} `), ` ${program} `, ` ${command} `);
    return line.startsWith('#   ')
      ? line.replace(`-g ${account} `, `-g ${group} `).replace(`nologin ${account}`, `nologin ${user}`)
      : line;
  });
  return [head('--force writes it anew.'), ...filled].join('\n');
}

function from(template: string, start: string): string {
  const at = template.indexOf(start);
  if (at < 0) throw new Error(`a template of the package lacks ${start.trim()}`);
  return template.slice(at);
}

/** A template that was changed without this file would otherwise install somebody else's paths. */
function replaceIn(text: string, what: string, by: string): string {
  const parts = text.split(what);
  if (parts.length !== 2)
    throw new Error(`a template of the package has ${parts.length - 1} times, not once: ${what.trim()}`);
  return parts.join(by);
}
