/** A full sync against the least that it can cost, its memory at several sizes, and a second one that changes nothing. */
import type { BenchDatabase, BenchServer } from './databases.ts';
import { type Finding, median, megabytes, ms } from './finding.ts';
import { type Limit, measureLimit } from './limit.ts';
import { type Ran, runProcess, runProgram } from './processes.ts';
import { addCredentials, type RunningProvider, startProvider } from './provider.ts';

const mostBytes = 200_000_000;

interface Sync {
  readonly ran: Ran;
  /** Node's own start and end, which no program can go below, is not taken off. */
  readonly counts: { readonly inserted: number; readonly unchanged: number };
}

async function fullSync(database: BenchDatabase, provider: RunningProvider): Promise<Sync> {
  const env = {
    ...database.env,
    ...provider.env,
    P88SYNC_PACE_MS: '0',
    P88SYNC_RUNSIGNUP_CALLS_PER_HOUR: '100000',
    P88SYNC_LOG_LEVEL: 'warn',
  };
  const ran = await runProgram(['full-sync', '--json'], { env, tellPeak: true });
  const { totals } = JSON.parse(ran.stdout) as { totals: Sync['counts'] };
  return { ran, counts: totals };
}

interface Round {
  readonly first: Sync;
  readonly again: Sync;
  readonly limit: Limit | undefined;
}

export async function measureFullSync(
  server: BenchServer,
  say: (text: string) => void,
  options: { quick: boolean },
): Promise<Finding[]> {
  const rounds = await measureAgainstLimit(server, say, { people: 100_000, rounds: options.quick ? 1 : 3 });
  const sizes = options.quick ? [10_000] : [10_000, 400_000];
  const peaks = new Map([[100_000, median(rounds.map(({ first }) => first.ran.peakBytes ?? 0))]]);
  const times = new Map([[100_000, median(rounds.map(({ first }) => first.ran.wallMs))]]);
  for (const people of sizes) {
    say(`Full sync of ${people.toLocaleString('en')} people`);
    const { ran } = await once(server, people, 1);
    peaks.set(people, ran.peakBytes ?? 0);
    times.set(people, ran.wallMs);
  }
  say('Full sync of 8 partners side by side');
  const eight = await once(server, 100_000, 8);
  return [
    ...againstLimit(rounds),
    ...linear(times),
    ...memory(peaks),
    peakFinding('peak memory, 100,000 people, 8 partners side by side', eight.ran.peakBytes ?? 0),
  ];
}

async function measureAgainstLimit(
  server: BenchServer,
  say: (text: string) => void,
  options: { people: number; rounds: number },
): Promise<Round[]> {
  const hasCurl = await runProcess('curl', ['--version']).then(
    () => true,
    () => false,
  );
  if (!hasCurl) say('curl is not installed: the full sync is measured without its limit.');
  const provider = await startProvider(
    { kind: 'people', people: options.people, partners: 1 },
    { now: new Date(), remember: true },
  );
  try {
    // The stand-in makes its answers, and names them.
    const paths = await withDatabase(server, provider, async (database) => {
      await fullSync(database, provider);
      return (await provider.calls()).map((call) => call.path);
    });
    const rounds: Round[] = [];
    for (let round = 1; round <= options.rounds; round += 1) {
      say(`Full sync of ${options.people.toLocaleString('en')} people, round ${round} of ${options.rounds}`);
      rounds.push(
        await withDatabase(server, provider, async (database) => {
          const first = await fullSync(database, provider);
          if (first.counts.inserted !== options.people) throw new Error(`${first.counts.inserted} people came in`);
          const limit = hasCurl ? await measureLimit(database.client, provider, paths) : undefined;
          const again = await fullSync(database, provider);
          if (again.counts.unchanged !== options.people) throw new Error(`${again.counts.unchanged} were unchanged`);
          return { first, again, limit };
        }),
      );
    }
    return rounds;
  } finally {
    await provider.close();
  }
}

async function once(server: BenchServer, people: number, partners: number): Promise<Sync> {
  const provider = await startProvider({ kind: 'people', people, partners }, { now: new Date() });
  try {
    return await withDatabase(server, provider, (database) => fullSync(database, provider));
  } finally {
    await provider.close();
  }
}

async function withDatabase<Result>(
  server: BenchServer,
  provider: RunningProvider,
  work: (database: BenchDatabase) => Promise<Result>,
): Promise<Result> {
  const database = await server.migrated();
  try {
    await addCredentials(database, provider.accounts);
    return await work(database);
  } finally {
    await database.drop();
  }
}

function againstLimit(rounds: readonly Round[]): Finding[] {
  const [one] = rounds;
  const syncMs = median(rounds.map(({ first }) => first.ran.wallMs));
  const againMs = median(rounds.map(({ again }) => again.ran.wallMs));
  const limits = rounds.flatMap(({ limit }) => limit ?? []);
  const downloadMs = median(limits.map((limit) => limit.downloadMs));
  const storeMs = median(limits.map((limit) => limit.storeMs));
  const limitMs = downloadMs + storeMs;
  return [
    {
      measure: `full sync of 100,000 people (${megabytes(one?.limit?.bytes ?? 0)} of answers)`,
      figure: ms(syncMs),
      ...(limits.length > 0 && {
        limit: `curl ${ms(downloadMs)} + COPY, INSERT ${ms(storeMs)}`,
        ratio: syncMs / limitMs,
        target: '≤ 1.5',
        ok: syncMs / limitMs <= 1.5,
      }),
    },
    {
      measure: 'the same again, nothing changed',
      figure: ms(againMs),
      limit: `first time: ${ms(syncMs)}`,
      ratio: againMs / syncMs,
    },
  ];
}

/** Time per person at the largest size against that at 100,000. */
function linear(times: ReadonlyMap<number, number>): Finding[] {
  const [small, large] = [times.get(100_000) ?? 0, times.get(400_000)];
  if (large === undefined) return [];
  const ratio = large / (4 * small);
  return [
    {
      measure: 'full sync of 400,000 people, per person',
      figure: ms(large),
      limit: `4 × 100,000: ${ms(4 * small)}`,
      ratio,
      target: '≤ 1.1 (linear)',
      ok: ratio <= 1.1,
    },
  ];
}

function memory(peaks: ReadonlyMap<number, number>): Finding[] {
  const smallest = peaks.get(10_000) ?? 0;
  return [...peaks]
    .sort(([a], [b]) => a - b)
    .map(([people, bytes]) => ({
      ...peakFinding(`peak memory, ${people.toLocaleString('en')} people`, bytes),
      limit: people === 10_000 ? '' : `10,000: ${megabytes(smallest)}`,
      ...(people > 10_000 && { ratio: bytes / smallest }),
    }));
}

function peakFinding(measure: string, bytes: number): Finding {
  return { measure, figure: megabytes(bytes), target: `≤ ${megabytes(mostBytes)}`, ok: bytes <= mostBytes };
}
