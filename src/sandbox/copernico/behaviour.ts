/** What is unknown of the real Copernico, or differs between presets. */
import * as z from 'zod';

export interface CopernicoBehaviour {
  /** `data`: with `gunTime`, where it is shown. */
  envelope: 'bare' | 'data';
  /** Presets come gzipped, and no header says so. */
  gzip: boolean;
  /** Presets come as UTF-8 that was read as Latin-1 and encoded again. */
  doubleEncoded: boolean;
  /** Bytes that a preset may have. */
  presetLimit: number;
  /** What becomes of a longer one. */
  overLimit: 'cut-off' | 'refused';
  /** A time that there is not is 0 instead of null. */
  zeroForNoTime: boolean;
  showsGunTime: boolean;
  showsIds: boolean;
  /** Which ranking columns presets have: none, or those by chip time. */
  rankings: 'none' | 'net';
  /** How columns are called: by Copernico, or by a timer in Spanish. */
  columns: 'own' | 'spanish';
  /** What a registrant with an id that is there already does. */
  samePushedId: 'replaces' | 'duplicates';
  /** False: registrants are taken without an API key. */
  asksForKey: boolean;
}

export function usualCopernico(): CopernicoBehaviour {
  return {
    envelope: 'data',
    gzip: false,
    doubleEncoded: false,
    presetLimit: 6_000_000,
    overLimit: 'cut-off',
    zeroForNoTime: true,
    showsGunTime: true,
    showsIds: true,
    rankings: 'net',
    columns: 'own',
    samePushedId: 'replaces',
    asksForKey: true,
  };
}

/** What the control action `behaviour` takes. */
export const copernicoSwitches = z
  .strictObject({
    envelope: z.enum(['bare', 'data']),
    gzip: z.boolean(),
    doubleEncoded: z.boolean(),
    presetLimit: z.int().min(1),
    overLimit: z.enum(['cut-off', 'refused']),
    zeroForNoTime: z.boolean(),
    showsGunTime: z.boolean(),
    showsIds: z.boolean(),
    rankings: z.enum(['none', 'net']),
    columns: z.enum(['own', 'spanish']),
    samePushedId: z.enum(['replaces', 'duplicates']),
    asksForKey: z.boolean(),
  } satisfies Record<keyof CopernicoBehaviour, z.ZodType>)
  .partial();
