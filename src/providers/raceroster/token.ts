/**
 * Race Roster's login: four values for an access token, which is kept in the cache of the database until it ends. The
 * refresh token is not kept: a login needs nothing but what the credential holds anyway, and works when both have ended.
 */
import * as z from 'zod';
import { CallRefused, CredentialRefused, UnknownAnswer } from '../../domain/errors.ts';
import type { ApiAnswer, CallApi, SessionTools } from '../../domain/provider.ts';
import { callsWithToken } from '../../http/token-calls.ts';
import type { RaceRosterCredential } from './credential.ts';
import { objectOf } from './wire.ts';

/** The vendor's sample lives 86,400 s. Where the answer does not say, an hour: a wrong guess costs one login. */
const assumedSeconds = 3600;

/** Ten years: more is no lifetime, and far more no date. */
const longestSeconds = 315_360_000;

const wireToken = z.object({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().positive().max(longestSeconds).catch(assumedSeconds),
});

export interface Login {
  /** Logs in and caches the token. @throws CredentialRefused where Race Roster does not take the four values. */
  renew(): Promise<string>;
  /** A call with the token. A refused one is renewed once, for it may have been revoked; a second refusal stands. */
  readonly call: CallApi;
}

type LoginTools = Pick<SessionTools, 'baseUrl' | 'call' | 'tokens' | 'now'>;

export function createLogin(credential: RaceRosterCredential, tools: LoginTools): Login {
  const { tokens } = tools;

  async function renew(): Promise<string> {
    const answer = await askForToken(credential, tools);
    const token = wireToken.safeParse(objectOf(answer.json(), 'a token'));
    if (!token.success) {
      throw new UnknownAnswer('Race Roster answered the login without a token', {
        hint: 'It is tried again by itself.',
      });
    }
    const { access_token: text, expires_in: seconds } = token.data;
    await tokens.set(text, new Date(tools.now().getTime() + seconds * 1000));
    return text;
  }

  const call = callsWithToken({ call: tools.call, tokens, renew, authorization: (token) => `Bearer ${token}` });
  return { renew, call };
}

/** `/api/oauth/authorize`, beside `/api/v1` and not under it; the same beside a stand-in's base. */
function tokenAddress(baseUrl: URL): URL {
  return new URL('../oauth/authorize', `${baseUrl.origin}${baseUrl.pathname.replace(/\/*$/, '/')}`);
}

async function askForToken(credential: RaceRosterCredential, tools: LoginTools): Promise<ApiAnswer> {
  try {
    return await tools.call({
      method: 'POST',
      path: '/',
      url: tokenAddress(tools.baseUrl),
      form: {
        // The literal word, neither `password` nor `client_credentials`: three independent clients.
        grant_type: 'access_token',
        client_id: credential.clientId,
        client_secret: credential.clientSecret,
        username: credential.username,
        password: credential.password,
      },
    });
  } catch (error) {
    // OAuth says invalid_client and invalid_grant with 400, which in any other call only concerns that call.
    if (!(error instanceof CredentialRefused) && !(error instanceof CallRefused)) throw error;
    throw new CredentialRefused('Race Roster refused the login', {
      hint:
        'Check client id and secret at raceroster.com/dashboard/account/api-settings, and username and password by ' +
        'logging in there; then `p88sync credentials add` again and `p88sync credentials test`.',
      cause: error,
    });
  }
}
