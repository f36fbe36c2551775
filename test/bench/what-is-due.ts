/** How long a tick takes to know what is due, with little and with much history: its reads and its plan, no start-up. */
import { readSituation, startsFrom } from '../../src/commands/sync-setup.ts';
import { settledEvents } from '../../src/commands/tick.ts';
import { planTick } from '../../src/plan/plan.ts';
import { inProcess } from '../e2e/in-process.ts';
import type { BenchServer } from './databases.ts';
import { type Finding, median, ms } from './finding.ts';
import { fillSchedule } from './schedule.ts';

const events = 10_000;

interface Measured {
  readonly rows: number;
  readonly medianMs: number;
  readonly units: number;
}

export async function measureWhatIsDue(
  server: BenchServer,
  say: (text: string) => void,
  options: { quick: boolean },
): Promise<Finding[]> {
  const little = await measure(server, say, 100_000);
  const much = await measure(server, say, options.quick ? 1_000_000 : 10_000_000);
  const ratio = much.medianMs / little.medianMs;
  return [
    {
      measure: `what is due: ${events.toLocaleString('en')} events, ${much.rows.toLocaleString('en')} history rows (${much.units} units planned)`,
      figure: ms(much.medianMs),
      target: '≤ 150 ms',
      ok: much.medianMs <= 150,
    },
    {
      measure: `the same against ${little.rows.toLocaleString('en')} rows`,
      figure: ms(much.medianMs),
      limit: ms(little.medianMs),
      ratio,
      target: '≤ 1.3',
      ok: ratio <= 1.3,
    },
  ];
}

async function measure(server: BenchServer, say: (text: string) => void, rows: number): Promise<Measured> {
  say(`What is due with ${rows.toLocaleString('en')} history rows: writing them`);
  const now = new Date();
  const database = await server.migrated();
  try {
    // 200 events on their race morning and 800 within a day: the busiest weekend that 13 partners could have.
    await fillSchedule(database, { now, events, high: 20, medium: 80, runsPerEvent: rows / events });
    const { env } = database;
    return await inProcess(
      async (context) => {
        const workspace = await context.openWorkspace();
        const times: number[] = [];
        let units = 0;
        for (let round = -5; round < 25; round += 1) {
          const begun = performance.now();
          const situation = await readSituation(context, workspace, {
            startsFrom: startsFrom(context, now),
            settled: settledEvents(context.settings, now),
          });
          units = planTick({ now, ...situation, settings: context.settings }).units.length;
          if (round >= 0) times.push(performance.now() - begun);
        }
        return { rows, medianMs: median(times), units };
      },
      { env, now },
    );
  } finally {
    await database.drop();
  }
}
