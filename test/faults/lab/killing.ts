/** Runs that are killed: at a named point of what they say to PostgreSQL, or at some moment. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Installation } from '../../e2e/installation.ts';
import { type Ended, start, until } from '../../e2e/program.ts';
import { hear } from './heard.ts';
import type { Point, PostgresLine } from './postgres-line.ts';

export interface Killed {
  readonly ended: Ended;
  /** False where the run was over before it came to the point. */
  readonly wasReached: boolean;
}

/** Signals from outside, as the system or a person sends them. */
export type Death = 'SIGKILL' | 'SIGTERM' | 'SIGINT';

/** Starts the program on the line; it dies at the point. */
export async function killAt(
  here: Installation,
  line: PostgresLine,
  args: readonly string[],
  point: Point,
): Promise<Killed> {
  const armed = line.arm(point, () => started.child.kill('SIGKILL'));
  const started = hear(here, start(withClock(here, args), { env: { ...here.env, DATABASE_URL: line.url } }));
  const ended = await started.ended;
  armed.disarm();
  line.proxy.cutAll();
  await untilForgotten(here);
  return { ended, wasReached: await armed.reached };
}

/**
 * PostgreSQL hears of the death at once and acts on it a moment later: until then the row of the claim may be locked, and is
 * left to the run behind the next one. The next run comes a minute later; in the laboratory, in milliseconds.
 */
async function untilForgotten(here: Installation): Promise<void> {
  const sessions =
    "select 1 from pg_stat_activity where application_name like 'p88sync %' and datname = current_database()";
  await until(async () => (await here.query(sessions)).length === 0);
}

/** Starts the program; the signals come so many ms after each other. */
export async function killAfter(
  here: Installation,
  args: readonly string[],
  moments: readonly { readonly ms: number; readonly death: Death }[],
): Promise<Ended> {
  const started = hear(here, start(withClock(here, args), { env: here.env }));
  const over = new AbortController();
  const end = started.ended.finally(() => over.abort());
  for (const { ms, death } of moments) {
    const isOver = await delay(ms, false, { signal: over.signal }).catch(() => true);
    if (isOver) break;
    started.child.kill(death);
  }
  const ended = await end;
  await untilForgotten(here);
  return ended;
}

function withClock(here: Installation, args: readonly string[]): readonly string[] {
  return [...args, '--now', here.now().toISOString()];
}
