/** Runs that are killed: at a named point of what they say to PostgreSQL, or at some moment. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Installation } from '../../e2e/installation.ts';
import { type Ended, start } from '../../e2e/program.ts';
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
  return { ended, wasReached: await armed.reached };
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
  return end;
}

function withClock(here: Installation, args: readonly string[]): readonly string[] {
  return [...args, '--now', here.now().toISOString()];
}
