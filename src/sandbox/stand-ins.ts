/** Every stand-in there is. */
import { hakuStandIn } from './haku/routes.ts';
import { raceRosterStandIn } from './raceroster/routes.ts';
import { runSignUpStandIn } from './runsignup/routes.ts';
import type { StandIn } from './stand-in.ts';

export const standIns: readonly StandIn[] = [runSignUpStandIn, raceRosterStandIn, hakuStandIn];

/** The variables that point p88sync at the sandbox at `url`. */
export function sandboxEnvironment(url: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    standIns.map(({ provider, addresses: [api] }) => [`P88SYNC_${provider.toUpperCase()}_URL`, `${url}${api.path}`]),
  );
}
