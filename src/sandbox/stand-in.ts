/** What a stand-in of a provider is: a folder of its own, and its line in stand-ins.ts. */
import type { Answer, ProviderCall } from './answers.ts';
import type { RowFields } from './faults.ts';
import type { SandboxState } from './state.ts';
import type { SandboxProvider } from './world.ts';

export interface StandIn {
  readonly provider: SandboxProvider;
  /**
   * The provider's real addresses, and the path that stands for each below the sandbox's own. The first is the base URL
   * of its API; paths begin with `/<provider>`.
   */
  readonly addresses: readonly [StandInAddress, ...StandInAddress[]];
  /** What faults look for in its rows. */
  readonly fields: RowFields;
  /** Answers one call; `call.path` is what stands behind `/<provider>`. */
  answer(state: SandboxState, call: ProviderCall): Answer;
}

export interface StandInAddress {
  readonly real: string;
  readonly path: string;
}
