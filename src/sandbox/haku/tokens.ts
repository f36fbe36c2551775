/** Haku's tokens (AWS Cognito): client credentials as HTTP Basic for an access token, which calls carry without `Bearer`. */
import { type Answer, jsonAnswer, type ProviderCall } from '../answers.ts';
import { holderOf, type TokenStore } from '../token-store.ts';
import type { Account, World } from '../world.ts';

/** POST /oauth2/token. Errors are `{error}` with status 400, as Cognito's are. */
export function issueToken(world: World, call: ProviderCall, tokens: TokenStore): Answer {
  const type = call.headers.get('content-type') ?? '';
  if (!type.startsWith('application/x-www-form-urlencoded')) return refuse('invalid_request');
  if (new URLSearchParams(call.body).get('grant_type') !== 'client_credentials')
    return refuse('unsupported_grant_type');
  const account = world.accounts.find(
    ({ provider, principal, secret }) =>
      provider === 'haku' && call.headers.get('authorization') === `Basic ${base64(`${principal}:${secret}`)}`,
  );
  if (account === undefined || !account.enabled) return refuse('invalid_client');
  const { tokenSeconds } = world.behaviour.haku;
  const token = `haku-token-${++tokens.issued}-${base64(account.name)}`;
  tokens.access.set(token, { account, expiresAt: world.clock().getTime() + tokenSeconds * 1000 });
  const body = { access_token: token, expires_in: tokenSeconds, token_type: 'Bearer' };
  return jsonAnswer(body, { account: account.name });
}

/** The account of the token that is the whole header; undefined where there is none, or it has run out. */
export function callerOf(world: World, call: ProviderCall, tokens: TokenStore): Account | undefined {
  return holderOf(tokens, call.headers.get('authorization') ?? '', 'haku', world.clock().getTime());
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

function refuse(error: string): Answer {
  return jsonAnswer({ error }, { status: 400 });
}
