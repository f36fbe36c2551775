/** Who logs in with what in the demo: three timing companies, and every provider once at least. */
import type { SandboxProvider } from './world.ts';

/** A key as Let's Do This signs it, but for the signature. */
function letsDoThisKey(organiser: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ organiserId: 'org_coastline', organiserName: organiser })}.c2FuZGJveA`;
}

/** A credential as `credentials add` takes it, for the demo to register. */
export interface DemoAccount {
  /** The timing partner. */
  readonly company: string;
  readonly provider: SandboxProvider;
  readonly principal: string;
  readonly secret: string;
  readonly additionalConfig: Readonly<Record<string, string>>;
}

/** The credentials of the demo world. Its account names are `COMPANY / PROVIDER`. */
export const demoAccounts = [
  {
    company: 'Peak Timing',
    provider: 'runsignup',
    principal: 'peak-api-key',
    secret: 'peak-api-secret',
    additionalConfig: { key_style: 'v2' },
  },
  {
    company: 'Peak Timing',
    provider: 'raceroster',
    principal: 'peak-client-id',
    secret: 'peak-client-secret',
    additionalConfig: { username: 'timing@peak.example', password: 'peak-password' },
  },
  {
    company: 'Peak Timing',
    provider: 'haku',
    principal: 'peak-haku-client',
    secret: 'peak-haku-secret',
    additionalConfig: { organization_name: 'Bayside Races' },
  },
  {
    company: 'Peak Timing',
    provider: 'copernico',
    principal: 'timing@peak.example',
    secret: 'peak-copernico-key',
    additionalConfig: { preset: 'results' },
  },
  {
    company: 'Coastline Timing',
    provider: 'runsignup',
    principal: 'coastline-api-key',
    secret: 'coastline-api-secret',
    additionalConfig: { key_style: 'classic' },
  },
  {
    company: 'Coastline Timing',
    provider: 'letsdothis',
    principal: 'Coastline Events',
    secret: letsDoThisKey('Coastline Events'),
    additionalConfig: {},
  },
  {
    company: 'Coastline Timing',
    provider: 'chronotrack',
    principal: 'timing@coastline.example',
    secret: 'coastline-password',
    additionalConfig: { client_id: 'coastline-client' },
  },
  {
    company: 'Northern Lights Races',
    provider: 'runsignup',
    principal: 'northern-api-key',
    secret: 'northern-api-secret',
    additionalConfig: { key_style: 'v2' },
  },
] as const satisfies readonly DemoAccount[];

/** Name of the account in the world, as the control interface takes it. */
export function demoAccountName({ company, provider }: Pick<DemoAccount, 'company' | 'provider'>): string {
  return `${company} / ${provider}`;
}
