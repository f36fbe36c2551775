/** POST /control/behaviour: the switches for what is unknown of the real providers. */
import * as z from 'zod';
import { chronoTrackBehaviour } from './chronotrack/behaviour.ts';
import { action, resultsBehaviour } from './control-input.ts';
import { copernicoSwitches } from './copernico/behaviour.ts';
import { hakuSwitches } from './haku/behaviour.ts';
import { letsDoThisSwitches } from './letsdothis/behaviour.ts';

const runSignUpSwitches = z.strictObject({
  registrationRequired: z.boolean().exactOptional(),
  results: resultsBehaviour.exactOptional(),
});

const raceRosterSwitches = z.strictObject({
  tokenEnvelope: z.enum(['bare', 'data', 'data-array']).exactOptional(),
  tokenSeconds: z.int().min(1).exactOptional(),
  pageCap: z.int().min(1).exactOptional(),
  honoursUpdatedSince: z.boolean().exactOptional(),
  showsSubEvent: z.boolean().exactOptional(),
});

const switches = {
  runsignup: runSignUpSwitches.exactOptional(),
  raceroster: raceRosterSwitches.exactOptional(),
  haku: hakuSwitches.exactOptional(),
  letsdothis: letsDoThisSwitches.exactOptional(),
  chronotrack: chronoTrackBehaviour.exactOptional(),
  copernico: copernicoSwitches.exactOptional(),
};

/** Sets the switches of the providers named; answers with all of them. */
export const setBehaviour = action(switches, ({ world }, input) => {
  const { behaviour } = world;
  const { runsignup: { results, ...runsignup } = {}, ...others } = input;
  Object.assign(behaviour.runsignup, runsignup);
  Object.assign(behaviour.runsignup.results, results);
  for (const [provider, changes] of Object.entries(others)) {
    Object.assign(behaviour[provider as keyof typeof behaviour], changes);
  }
  const { secret: _, ...registration } = behaviour.runsignup.registration;
  return { ...behaviour, runsignup: { ...behaviour.runsignup, registration } };
});
