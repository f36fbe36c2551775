/**
 * Canaries: what must never be seen where it does not belong. Secrets stand in no output, no log, no argument of a process
 * and, in clear, in no table at all; people stand in their own tables and nowhere else.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { variables } from '../../../src/config.ts';
import type { World } from '../../../src/sandbox/world.ts';
import { createCipher } from '../../../src/store/encryption.ts';
import type { Installation } from '../../e2e/installation.ts';

export interface Canary {
  /** Whose it is, for the report: the report does not repeat the text. */
  readonly what: string;
  readonly text: string;
}

type Place = Pick<Installation, 'env' | 'world' | 'query'>;

/** Tables that are there to hold people, or what a provider said about them. */
const tablesOfPeople = /_(participants|results)(_|$)|^(registration_outlines|rejected_rows)$/;

/**
 * Searches every table, all that was `said` (standard output and error of runs; not of those that a person asks to show people,
 * such as `push-participants --dry-run`), and the command lines that were `watched`.
 */
export async function expectNoCanary(
  here: Place,
  said: readonly string[],
  watched: readonly string[] = [],
): Promise<void> {
  const secrets = await secretsOf(here);
  const everything = [...secrets, ...peopleOf(here.world)];
  const found = [
    ...said.flatMap((text, at) => sightings(`output ${at + 1}`, text, everything)),
    ...watched.flatMap((text) => sightings('arguments', text, everything)),
    ...(await sightingsInTables(here, secrets, peopleOf(here.world))),
  ];
  if (found.length > 0) throw new Error(`found where it must not be:\n${found.join('\n')}`);
}

/** Where a canary stands in a text, with what is around it but without itself. */
export function sightings(where: string, text: string, canaries: readonly Canary[]): string[] {
  return canaries.flatMap(({ what, text: canary }) => {
    const at = text.indexOf(canary);
    if (at < 0) return [];
    const around = `${text.slice(Math.max(0, at - 60), at)}[…]${text.slice(at + canary.length, at + canary.length + 20)}`;
    return [`${where}: ${what} in: ${around}`];
  });
}

/** Every secret that the installation knows, in every form in which it could be written down. */
export async function secretsOf({ env, world, query }: Place): Promise<readonly Canary[]> {
  const settings = variables
    .filter(({ secret }) => secret)
    .flatMap(({ name }) => (env[name] ? [[name, secretPart(env[name])] as const] : []));
  const accounts = world.accounts.flatMap((account) => [
    [`the secret of ${account.name}`, account.secret] as const,
    ...Object.entries(account.additionalConfig)
      .filter(([key]) => /passw|secret|token/i.test(key))
      .map(([key, value]) => [`${key} of ${account.name}`, value] as const),
  ]);
  const basics = world.accounts.map(
    ({ name, principal, secret }) =>
      [`the login of ${name}`, Buffer.from(`${principal}:${secret}`).toString('base64')] as const,
  );
  const all = [...settings, ...accounts, ...basics, ...(await tokensOf({ env, query }))];
  const canaries = all.flatMap(([what, text]) => formsOf(text).map((form) => ({ what, text: form })));
  return [...new Map(canaries.map((canary) => [canary.text, canary])).values()];
}

/** Of an address the password; anything else is secret as it is. */
function secretPart(value: string): string {
  return /^postgres(ql)?:/.test(value) ? decodeURIComponent(new URL(value).password) : value;
}

/** As it is, in a URL, in JSON and in a text in JSON, as bytes in base64 and hexadecimal, and as the digest that ChronoTrack takes for a password. */
function formsOf(secret: string): readonly string[] {
  if (secret === '') return [];
  const bytes = Buffer.from(secret);
  const key = Buffer.from(secret, 'base64');
  const isKey = key.length === 32 && key.toString('base64') === secret;
  return [
    secret,
    encodeURIComponent(secret),
    escaped(secret),
    escaped(escaped(secret)),
    bytes.toString('base64'),
    bytes.toString('hex'),
    createHash('sha1').update(secret).digest('hex'),
    ...(isKey ? [key.toString('hex'), key.toString('base64url')] : []),
  ];
}

const escaped = (text: string) => JSON.stringify(text).slice(1, -1);

async function tokensOf({ env, query }: Pick<Place, 'env' | 'query'>): Promise<(readonly [string, string])[]> {
  const current = Buffer.from(env['P88SYNC_ENCRYPTION_KEY'] ?? '', 'base64');
  if (current.length !== 32) return [];
  const cipher = createCipher({ current, previous: [] });
  const rows = await query<{ id: number; token: string }>(
    'select partner_provider_credential_id as id, token from access_tokens',
  );
  return rows.map(({ id, token }) => [`the token of credential ${id}`, cipher.decrypt(token, `token ${id}`)] as const);
}

/** Full names, last names that are no other word, and the addresses that the sandbox makes up. */
function peopleOf(world: World): readonly Canary[] {
  const names = [...world.events.values()]
    .flatMap(({ registrations }) => registrations)
    .flatMap(({ person: { firstName, lastName } }) => [
      `${firstName} ${lastName}`,
      ...(lastName.length >= 6 ? [lastName] : []),
    ]);
  return [
    { what: "somebody's e-mail address", text: '@example.org' },
    ...[...new Set(names)].map((text) => ({ what: "somebody's name", text })),
  ];
}

async function sightingsInTables(
  { query }: Pick<Place, 'query'>,
  secrets: readonly Canary[],
  people: readonly Canary[],
): Promise<string[]> {
  const tables = await query<{ name: string }>(
    "select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')",
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await query<{ text: string }>(`select to_jsonb(t)::text as text from "${name}" t`);
    const text = rows.map((row) => row.text).join('\n');
    found.push(...sightings(`table ${name}`, text, tablesOfPeople.test(name) ? secrets : [...secrets, ...people]));
  }
  return found;
}

export interface ArgumentWatch {
  /** Ends the watch. @returns every command line of p88sync that was seen; none where there is no /proc. */
  stop(): readonly string[];
}

/** Looks at the arguments of every process of p88sync, again and again, as any account of the host can. */
export function watchArguments(everyMs = 25): ArgumentWatch {
  const seen = new Set<string>();
  const timer = setInterval(() => {
    for (const line of commandLines()) seen.add(line);
  }, everyMs);
  return {
    stop: () => {
      clearInterval(timer);
      return [...seen];
    },
  };
}

function commandLines(): string[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((pid) => commandLineOf(pid));
  } catch {
    return [];
  }
}

/** None of a process that is gone again. */
function commandLineOf(pid: string): string[] {
  try {
    const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return line.includes('/p88sync.js') ? [line] : [];
  } catch {
    return [];
  }
}
