/** The judgement of `doctor`: facts in, findings out, in the order in which they are told. Pure. */
import { type Finding, ok, problem, warning } from '../report/finding.ts';
import { tookText } from '../report/relative-time.ts';
import type { ClockReading, DatabaseFacts, DoctorFacts } from './doctor-facts.ts';
import { judgeCredentials, judgeEncryptionKey } from './doctor-judge-credentials.ts';
import { judgeAlerts, judgeTimers } from './doctor-judge-timers.ts';
import { judgeWork } from './doctor-judge-work.ts';
import { settingsFile } from './timer-files.ts';

/** The first release of Node.js that package.json allows. */
const oldestNode = { major: 20, minor: 19 };
/** PostgreSQL 13, as PostgreSQL numbers it. */
const oldestServer = 130_000;
/** Clocks kept by NTP differ by milliseconds; what differs by more is not kept. */
const tolerableSkewMs = 2_000;
/** A `Date` header is cut off to whole seconds; a database tells microseconds. */
const dateResolutionMs = 1_000;

export function judge(facts: DoctorFacts, highEveryMinutes: number): readonly Finding[] {
  const { database, now, timers } = facts;
  const first = [judgeNode(facts.nodeVersion), ...judgeConfiguration(facts), ...judgeFiles(facts)];
  if ('kind' in database) {
    const hint = database.hint ?? 'Check the database settings, and the log of the server.';
    const found = problem('database', database.message, hint, database.exit);
    return [...first, found, ...judgeTimers(timers, undefined, now), judgeAlerts(facts)];
  }
  const { work } = database;
  return [
    ...first,
    ...judgeServer(database),
    ...(work ? judgeEncryptionKey(work, facts.configuration.hasEncryptionKey) : []),
    ...(work ? judgeCredentials(work, facts.configuration.hasEncryptionKey, now) : []),
    ...judgeTimers(timers, work, now),
    judgeAlerts(facts),
    ...(work ? judgeWork(work, now, highEveryMinutes) : []),
  ];
}

function judgeNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > oldestNode.major || (major === oldestNode.major && minor >= oldestNode.minor)) return ok('node', version);
  const hint = `Install Node.js ${oldestNode.major}.${oldestNode.minor} or later.`;
  return problem('node', `${version} is too old`, hint, 'someFailed');
}

function judgeConfiguration({ configuration, hasSettingsFile }: DoctorFacts): readonly Finding[] {
  const { databaseSource, dataDir, notes } = configuration;
  const found = notes.map((note) =>
    warning('configuration', note, `Correct it in the environment, for the timers in ${settingsFile}.`),
  );
  if (dataDir !== undefined && hasSettingsFile) {
    const text = `no PostgreSQL is named here, and the settings of the timers (${settingsFile}) were not read`;
    const hint = `Where they name one, the timers use another database than this one: \`set -a; . ${settingsFile}; set +a\`, then again.`;
    found.push(warning('configuration', text, hint));
  }
  return found.length > 0 ? found : [ok('configuration', `read; the database is named by ${databaseSource}`)];
}

function judgeFiles({ exposed }: DoctorFacts): readonly Finding[] {
  return exposed.map(({ path, what, command }) =>
    problem('files', `${path} holds secrets and ${what}`, `As root: \`${command}\`.`, 'usage'),
  );
}

function judgeServer({ shown, server, schema, missingRights, clock, work }: DatabaseFacts): readonly Finding[] {
  const found = [judgeVersion(shown, server.version)];
  if (server.readOnly) {
    const hint = 'Is this a standby? Point p88sync at the primary.';
    found.push(problem('database', 'it is read-only', hint, 'database'));
  }
  if (schema) {
    found.push(problem('schema', schema.message, schema.hint ?? 'Run `p88sync migrate`.', schema.exit));
  } else {
    found.push(ok('schema', 'up to date'), judgeRights(missingRights, server.user));
  }
  const answered = work?.credentials.flatMap((one) => (one.clock ? [{ whose: one.providerName, ...one.clock }] : []));
  return [...found, ...judgeClocks(clock, answered ?? [])];
}

function judgeVersion(shown: string, version: number): Finding {
  const text = `${shown}, PostgreSQL ${Math.floor(version / 10_000)}.${version % 10_000}`;
  if (version >= oldestServer) return ok('database', text);
  return problem('database', `${text} is too old`, 'Upgrade it to PostgreSQL 13 or later.', 'database');
}

function judgeRights(missing: readonly string[], user: string): Finding {
  if (missing.length === 0) return ok('rights', `${user} may do what the timers do`);
  const hint = `As the owner of the tables: ${missing.map((right) => `GRANT ${right.replace('USAGE on', 'USAGE ON SEQUENCE').replace(' on ', ' ON ')} TO "${user}";`).join(' ')}`;
  return problem('rights', `${user} lacks ${missing.join(', ')}`, hint, 'database');
}

function judgeClocks(database: ClockReading, providers: readonly (ClockReading & { whose: string })[]): Finding[] {
  const found: Finding[] = [];
  const keepTime = "Keep this machine's time by NTP (`timedatectl set-ntp true`)";
  const skew = skewMs(database, 0);
  if (Math.abs(skew) > tolerableSkewMs) {
    const hint = `${keepTime}, and the database server's. The database's clock is the one that counts here.`;
    found.push(warning('clock', `this machine is ${skewText(skew)} the database`, hint));
  }
  const seen = new Set<string>();
  for (const { whose, ...reading } of providers) {
    const ahead = skewMs(reading, dateResolutionMs);
    if (Math.abs(ahead) <= tolerableSkewMs || seen.has(whose)) continue;
    seen.add(whose);
    const hint = `${keepTime}. Changes are asked for by the provider's clock, so none is missed.`;
    found.push(warning('clock', `this machine is ${skewText(ahead)} ${whose}`, hint));
  }
  if (found.length > 0) return found;
  return [ok('clock', `agrees with the database's${providers.length > 0 ? " and the providers'" : ''}`)];
}

/** By how much this machine is certainly ahead of the other clock (ms), or behind where it is negative. */
function skewMs({ before, at, after }: ClockReading, resolutionMs: number): number {
  const least = before.getTime() - at.getTime() - resolutionMs;
  const most = after.getTime() - at.getTime();
  if (least > 0) return least;
  return Math.min(most, 0);
}

function skewText(ms: number): string {
  return `${tookText(Math.abs(ms))} ${ms > 0 ? 'ahead of' : 'behind'}`;
}
