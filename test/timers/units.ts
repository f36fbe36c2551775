/** Reads the systemd units and the crontab as far as the tests need them. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Unit {
  readonly file: string;
  readonly text: string;
  /** `Section.Key` → its values in order. */
  readonly values: ReadonlyMap<string, readonly string[]>;
}

export interface CronJob {
  readonly enabled: boolean;
  readonly schedule: string;
  readonly user: string;
  readonly command: string;
}

export function readUnits(suffix: '.service' | '.timer'): Unit[] {
  return readdirSync(`${root}systemd`)
    .filter((file) => file.endsWith(suffix))
    .sort()
    .map((file) => parseUnit(file, readFileSync(`${root}systemd/${file}`, 'utf8')));
}

function parseUnit(file: string, text: string): Unit {
  const values = new Map<string, string[]>();
  let section = '';
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const header = /^\[(\w+)\]$/.exec(line);
    const entry = /^(\w+)=(.*)$/.exec(line);
    if (header) section = header[1] ?? '';
    else if (entry)
      values.set(`${section}.${entry[1]}`, [...(values.get(`${section}.${entry[1]}`) ?? []), entry[2] ?? '']);
    else throw new Error(`${file}: not a unit's line: ${line}`);
  }
  return { file, text, values };
}

/** The only value of a key. */
export function only(unit: Unit, key: string): string {
  const values = unit.values.get(key) ?? [];
  if (values.length !== 1) throw new Error(`${unit.file}: expected ${key} once, found it ${values.length} times`);
  return values[0] ?? '';
}

export function readCrontab(): string {
  return readFileSync(`${root}cron/p88sync`, 'utf8');
}

const jobLine = /^(#?)((?:[\d*,/-]+ ){5})(\w+) (.+)$/;

/** The jobs of cron/p88sync; one behind a `#` is a job that is not enabled. */
export function readCronJobs(): CronJob[] {
  return readCrontab()
    .split('\n')
    .map((line) => jobLine.exec(line))
    .filter((match) => match !== null)
    .map(([, off, schedule = '', user = '', command = '']) => ({
      enabled: off === '',
      schedule: schedule.trim(),
      user,
      command,
    }));
}

/** What follows `p88sync` in a command line, without shell redirections. */
export function p88syncArguments(commandLine: string): string[] {
  const match = /\/usr\/local\/bin\/p88sync ([^|&;>]*?)(?: 2>&1.*)?$/.exec(commandLine);
  if (!match) throw new Error(`/usr/local/bin/p88sync is not called: ${commandLine}`);
  return (match[1] ?? '').trim().split(/ +/);
}

/** Seconds of a systemd time span: `75`, `10min`, `12h`. */
export function seconds(span: string): number {
  const match = /^(\d+)(s|min|h)?$/.exec(span);
  if (!match) throw new Error(`not a time span: ${span}`);
  return Number(match[1]) * { s: 1, min: 60, h: 3600 }[(match[2] as 's' | 'min' | 'h' | undefined) ?? 's'];
}
