/** What the laboratory asks after every fault: is everything there, and was every promise kept. */
import { expectPromisesKept } from '../../e2e/audited.ts';
import { expectSame } from '../../e2e/compare.ts';
import type { Installation } from '../../e2e/installation.ts';

/** Database and providers agree row by row, and the auditor finds nothing broken. */
export async function expectSound(here: Installation): Promise<void> {
  await expectSame(here, { from: new Date(0) });
  await expectPromisesKept(here);
}
