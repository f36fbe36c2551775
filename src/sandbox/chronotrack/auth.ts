/** How ChronoTrack knows who calls: by the style that the account is registered for, or by a token. */
import { createHash } from 'node:crypto';
import { type Answer, jsonAnswer, type ProviderCall } from '../answers.ts';
import { holderOf, type TokenStore } from '../token-store.ts';
import type { Account, World } from '../world.ts';

/** The account that the call is from; undefined where it does not prove to be one in the account's own style. */
export function callerOf(world: World, call: ProviderCall, tokens: TokenStore): Account | undefined {
  const { query } = call;
  const [scheme = '', proof = ''] = (call.headers.get('authorization') ?? '').split(' ');
  if (scheme === 'Bearer') {
    const holder = holderOf(tokens, proof, 'chronotrack', world.clock().getTime());
    return holder?.additionalConfig['client_id'] === query.get('client_id') ? holder : undefined;
  }
  return accountsOf(world).find((account) => {
    if (account.additionalConfig['client_id'] !== query.get('client_id')) return false;
    switch (account.additionalConfig['auth'] ?? 'sha1') {
      case 'sha1':
        return isUser(account, query) && query.get('user_pass') === sha1(account.secret);
      case 'plain':
        return isUser(account, query) && query.get('user_pass') === account.secret;
      case 'basic':
        return scheme === 'Basic' && proof === base64(`${account.principal}:${account.secret}`);
      default:
        return false;
    }
  });
}

/** GET /oauth2/token with the client's id and secret as Basic; user and password stand in the query. */
export function token(world: World, call: ProviderCall, tokens: TokenStore): Answer {
  const { query } = call;
  if (query.get('grant_type') !== 'password') return refuse(400, 'unsupported_grant_type');
  const account = accountsOf(world).find(({ additionalConfig, principal, secret }) => {
    const client = `${additionalConfig['client_id']}:${additionalConfig['client_secret']}`;
    return (
      additionalConfig['auth'] === 'oauth' &&
      call.headers.get('authorization') === `Basic ${base64(client)}` &&
      query.get('username') === principal &&
      query.get('password') === secret
    );
  });
  if (account === undefined) return refuse(400, 'invalid_grant');
  const { tokenSeconds } = world.behaviour.chronotrack;
  const text = `ct-${++tokens.issued}-${base64(account.name)}`;
  tokens.access.set(text, { account, expiresAt: world.clock().getTime() + tokenSeconds * 1000 });
  const body = { access_token: text, token_type: 'bearer', expires_in: tokenSeconds };
  return jsonAnswer(body, { account: account.name });
}

function accountsOf(world: World): readonly Account[] {
  return world.accounts.filter(({ provider, enabled }) => provider === 'chronotrack' && enabled);
}

function isUser(account: Account, query: URLSearchParams): boolean {
  return query.get('user_id') === account.principal;
}

function sha1(text: string): string {
  return createHash('sha1').update(text, 'utf8').digest('hex');
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

function refuse(status: number, error: string): Answer {
  return jsonAnswer({ error, error_description: 'The login was not accepted.' }, { status });
}
