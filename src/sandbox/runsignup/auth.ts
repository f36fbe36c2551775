/** Who calls RunSignUp: key pairs in both styles, and the registration of the calling program. */
import type { ProviderCall } from '../answers.ts';
import type { Account, Race, World } from '../world.ts';

export type Caller =
  | { readonly kind: 'account'; readonly account: Account; readonly style: 'classic' | 'v2' }
  | { readonly kind: 'anonymous' }
  | { readonly kind: 'refused'; readonly message: string };

/**
 * A wrong registration pair is refused always, a missing one only where `registrationRequired` says so. A key works in
 * its own style only: the secret of a v2 key never travels in the query.
 */
export function callerOf(world: World, call: ProviderCall): Caller {
  const { registration, registrationRequired } = world.behaviour.runsignup;
  const id = call.query.get('rsu_api_reg');
  const secret = call.headers.get('x-rsu-api-reg-secret');
  if (id === null && secret === null) {
    if (registrationRequired) return { kind: 'refused', message: 'API caller registration is required.' };
  } else if (id !== registration.id || secret !== registration.secret) {
    return { kind: 'refused', message: 'API caller registration failed.' };
  }
  const { query, headers } = call;
  const v2Key = query.get('rsu_api_key') ?? query.get('sp_api_key');
  if (v2Key !== null) return keyHolder(world, 'v2', v2Key, headers.get('x-rsu-api-secret'));
  if (query.has('api_key')) return keyHolder(world, 'classic', query.get('api_key'), query.get('api_secret'));
  if (headers.has('authorization')) return { kind: 'refused', message: 'Invalid access token.' };
  return { kind: 'anonymous' };
}

/** Without a credential every public race can be read, with one only the races of its account. */
export function mayRead(caller: Caller, race: Race): boolean {
  if (caller.kind === 'account') return caller.account.raceIds.has(race.id);
  return caller.kind === 'anonymous' && !race.isPrivate;
}

function keyHolder(world: World, style: 'classic' | 'v2', key: string | null, secret: string | null): Caller {
  const account = world.accounts.find(
    (candidate) => candidate.provider === 'runsignup' && candidate.principal === key && styleOf(candidate) === style,
  );
  if (account === undefined || account.secret !== secret || !account.enabled) {
    return { kind: 'refused', message: 'API key authentication failed.' };
  }
  return { kind: 'account', account, style };
}

function styleOf(account: Account): 'classic' | 'v2' {
  return account.additionalConfig['key_style'] === 'classic' ? 'classic' : 'v2';
}
