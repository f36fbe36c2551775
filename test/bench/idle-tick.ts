/** The tick that finds nothing due: what a timer pays every minute of the year. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { BenchServer } from './databases.ts';
import { type Finding, median, ms } from './finding.ts';
import { bin, type RunOptions, runProcess } from './processes.ts';
import { fillSchedule } from './schedule.ts';

interface Contender {
  readonly name: string;
  readonly args: readonly string[];
  readonly options: RunOptions;
}

/** In turns, so that a busy moment of the machine falls on all of them. */
async function medians(contenders: readonly Contender[], rounds: number): Promise<number[]> {
  const times = contenders.map((): number[] => []);
  for (let round = -1; round < rounds; round += 1) {
    for (const [index, { args, options }] of contenders.entries()) {
      const { wallMs } = await runProcess(process.execPath, args, options);
      if (round >= 0) times[index]?.push(wallMs);
    }
  }
  return times.map(median);
}

export async function measureIdleTick(server: BenchServer, say: (text: string) => void): Promise<Finding[]> {
  const database = await server.migrated();
  // 650 events of which none is due for the next quarter of an hour: a weekday.
  await fillSchedule(database, { now: new Date(), events: 650, high: 0, medium: 0, runsPerEvent: 50 });
  await database.client.query(`update sync_history set started_at = now() where sync_history_id in
    (select max(sync_history_id) from sync_history group by event_id)`);
  const folder = await mkdtemp(join(tmpdir(), 'p88sync-bench-'));
  try {
    const { env } = database;
    const idle = { name: 'idle tick', args: [bin, 'tick'], options: { env } };
    const answer = await runProcess(process.execPath, idle.args, idle.options);
    if (!answer.stdout.includes('Nothing is due')) throw new Error(`the tick is not idle: ${answer.stdout}`);
    const node = { name: 'node -e 0', args: ['-e', '0'], options: {} };
    await mkdir(join(folder, 'tasks'));
    const worker = graphileWorker(database.url, folder);
    if (!worker) {
      say(
        'graphile-worker is not installed: npm install --no-save graphile-worker@0.16 brings it in for the comparison.',
      );
    }
    const [tickMs = 0, nodeMs = 0, workerMs = 0] = await medians([idle, node, ...(worker ? [worker] : [])], 21);
    return [
      ...[
        { limitMs: nodeMs, name: 'node -e 0', most: 2 },
        ...(worker ? [{ limitMs: workerMs, name: worker.name, most: 1 }] : []),
      ].map(({ limitMs, name, most }) => ({
        measure: 'idle tick, 650 events, PostgreSQL',
        figure: ms(tickMs),
        limit: `${name}: ${ms(limitMs)}`,
        ratio: tickMs / limitMs,
        target: `≤ ${most.toFixed(1)}`,
        ok: tickMs / limitMs <= most,
      })),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
    await database.drop();
  }
}

/** The job queue closest to what a tick does. No dependency: one figure is not worth its forty packages to everybody. */
function graphileWorker(url: string, cwd: string): Contender | undefined {
  const require = createRequire(import.meta.url);
  try {
    const root = dirname(require.resolve('graphile-worker/package.json'));
    return {
      name: 'graphile-worker --once',
      args: [join(root, 'dist/cli.js'), '-c', url, '--once'],
      options: { cwd },
    };
  } catch {
    return undefined;
  }
}
