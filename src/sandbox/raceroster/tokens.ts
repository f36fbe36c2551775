/** Race Roster's tokens: the odd grant `access_token` with four values, and refresh tokens that work once. */
import { type Answer, jsonAnswer, type ProviderCall } from '../answers.ts';
import { holderOf, type TokenStore } from '../token-store.ts';
import type { Account, World } from '../world.ts';

/** POST /oauth/authorize. Errors are `{error, error_description, hint}` with a 4xx status. */
export function authorize(world: World, call: ProviderCall, tokens: TokenStore): Answer {
  const type = call.headers.get('content-type') ?? '';
  if (!type.startsWith('application/x-www-form-urlencoded')) {
    return refuse(400, 'invalid_request', 'The body must be a form.');
  }
  const form = new URLSearchParams(call.body);
  switch (form.get('grant_type')) {
    case 'access_token': {
      const account = world.accounts.find((candidate) => hasAllFour(candidate, form));
      if (account === undefined || !account.enabled)
        return refuse(401, 'invalid_client', 'Client authentication failed');
      return issue(world, account, tokens);
    }
    case 'refresh_token': {
      const token = form.get('refresh_token') ?? '';
      const account = tokens.refresh.get(token);
      tokens.refresh.delete(token);
      if (account === undefined || !account.enabled)
        return refuse(401, 'invalid_grant', 'The refresh token is invalid.');
      return issue(world, account, tokens);
    }
    default:
      return refuse(400, 'unsupported_grant_type', 'The authorization grant type is not supported.');
  }
}

/** The account that the Bearer token stands for; undefined where there is none or it has run out. */
export function bearer(world: World, call: ProviderCall, tokens: TokenStore): Account | undefined {
  const [scheme, token] = (call.headers.get('authorization') ?? '').split(' ');
  return scheme === 'Bearer' ? holderOf(tokens, token ?? '', 'raceroster', world.clock().getTime()) : undefined;
}

function hasAllFour(account: Account, form: URLSearchParams): boolean {
  return (
    account.provider === 'raceroster' &&
    account.principal === form.get('client_id') &&
    account.secret === form.get('client_secret') &&
    account.additionalConfig['username'] === form.get('username') &&
    account.additionalConfig['password'] === form.get('password')
  );
}

function issue(world: World, account: Account, tokens: TokenStore): Answer {
  const { tokenEnvelope, tokenSeconds } = world.behaviour.raceroster;
  const issuedAt = Math.floor(world.clock().getTime() / 1000);
  const serial = ++tokens.issued;
  const claims = { sub: account.name, scopes: ['timer'], iat: issuedAt, exp: issuedAt + tokenSeconds, jti: serial };
  const accessToken = `${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}.sandbox`;
  const refreshToken = `refresh-${serial}-${part({ jti: serial })}`;
  tokens.access.set(accessToken, { account, expiresAt: (issuedAt + tokenSeconds) * 1000 });
  tokens.refresh.set(refreshToken, account);
  const bare = {
    access_token: accessToken,
    refresh_token: refreshToken,
    expires_in: tokenSeconds,
    token_type: 'Bearer',
  };
  const body = { bare, data: { data: bare }, 'data-array': { data: [bare] } }[tokenEnvelope];
  return jsonAnswer(body, { account: account.name });
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function refuse(status: number, error: string, description: string): Answer {
  return jsonAnswer({ error, error_description: description, hint: 'Check the API settings.' }, { status });
}
