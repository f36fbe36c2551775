/**
 * `npm run bench`: the targets of the design, measured as ratios in one run on one machine. Prints a table; figures over
 * their target do not fail the run, since they say as much about the machine as about the program.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { measureCalls } from './calls.ts';
import { type BenchServer, openServer } from './databases.ts';
import { type Finding, renderFindings } from './finding.ts';
import { measureFullSync } from './full-sync.ts';
import { measureIdleTick } from './idle-tick.ts';
import { measureRaceDay } from './race-day.ts';
import { measureWhatIsDue } from './what-is-due.ts';

const usage = `npm run bench -- [--quick] [--ticks N] [MEASURE…]
  --quick     one round where there are three, and a million history rows instead of ten
  --ticks N   minutes of the race day (10)
  MEASURE     idle-tick, full-sync, what-is-due, calls, race-day; all where none is named`;

interface Options {
  readonly quick: boolean;
  readonly ticks: number;
}

type Measure = (server: BenchServer, say: (text: string) => void, options: Options) => Promise<Finding[]>;

const measures: Readonly<Record<string, Measure>> = {
  'idle-tick': measureIdleTick,
  'full-sync': measureFullSync,
  'what-is-due': measureWhatIsDue,
  calls: measureCalls,
  'race-day': measureRaceDay,
};

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { quick: { type: 'boolean', default: false }, ticks: { type: 'string', default: '10' } },
  });
  const unknown = positionals.filter((name) => !Object.hasOwn(measures, name));
  const ticks = Number(values.ticks);
  if (unknown.length > 0 || !Number.isInteger(ticks) || ticks < 2) throw new Error(`usage: ${usage}`);
  const server = await openServer();
  const findings: Finding[] = [];
  try {
    for (const [name, measure] of Object.entries(measures)) {
      if (positionals.length > 0 && !positionals.includes(name)) continue;
      say(`== ${name}`);
      findings.push(...(await measure(server, say, { quick: values.quick, ticks })));
    }
  } finally {
    await server.stop();
  }
  const machine = `Node ${process.version}, ${availableParallelism()} cores`;
  process.stdout.write(`${renderFindings(findings)}\n${machine}; medians of several runs.\n`);
}

await main();
