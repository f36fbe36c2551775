/** What the runs of an installation said, so that all of it can be searched for secrets at the end. */
import type { Installation } from '../../e2e/installation.ts';
import type { Started } from '../../e2e/program.ts';
import { type ArgumentWatch, expectNoCanary, watchArguments } from './canary.ts';

interface Heard {
  readonly said: string[];
  readonly watch: ArgumentWatch;
}

const heard = new WeakMap<Installation, Heard>();

/** Keeps what the run will have said, and looks at the arguments of all from now on. */
export function hear(here: Installation, started: Started): Started {
  const known = heard.get(here) ?? { said: [], watch: watchArguments(250) };
  heard.set(here, known);
  void started.ended.then(({ stdout, stderr }) => known.said.push(stdout, stderr));
  return started;
}

/** Ends a run of the laboratory: no secret was said, stands in a table, or stood in an argument; nor did people outside their tables. */
export async function closeUnheard(here: Installation): Promise<void> {
  const known = heard.get(here);
  try {
    await expectNoCanary(here, known?.said ?? [], known?.watch.stop());
  } finally {
    await here.close();
  }
}
