/** What the laboratory asks after every fault: is everything there, and was every promise kept. */
import { expectSame } from '../../e2e/compare.ts';
import type { Installation } from '../../e2e/installation.ts';

/**
 * Database and providers agree row by row.
 */
export async function expectSound(here: Installation): Promise<void> {
  await expectSame(here, { from: new Date(0) });
}
