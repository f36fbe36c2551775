/** What a running sandbox holds beside its world; the control interface works on it. */
import type { ReceivedCall } from './calls.ts';
import type { Fault } from './faults.ts';
import type { PageMemo } from './listing.ts';
import type { TokenStore } from './token-store.ts';
import type { World } from './world.ts';

export interface SandboxState {
  readonly world: World;
  readonly calls: ReceivedCall[];
  readonly faults: Fault[];
  readonly tokens: TokenStore;
  /** Positions in listings, so that a page costs its own length. */
  readonly memo: PageMemo;
  /** Sets the sandbox clock, which ticks on from there; undefined: back to the real one. */
  readonly setClock: (at: Date | undefined) => void;
}
