/** Haku's login: client id and secret for an access token of an hour, which the database's cache keeps until it ends. */
import * as z from 'zod';
import { CallRefused, CredentialRefused, UnknownAnswer } from '../../domain/errors.ts';
import type { ApiAnswer, CallApi, SessionTools } from '../../domain/provider.ts';
import { callsWithToken } from '../../http/token-calls.ts';
import type { HakuCredential } from './credential.ts';

const realHost = 'api.hakuapp.com';

/** AWS Cognito, on a host of its own. Its client credentials come without a refresh token: another login is as cheap. */
const realTokenAddress = 'https://prod-auth.hakuapp.com/oauth2/token';

/** As the answers of the one public client say; used where an answer does not. */
const assumedSeconds = 3600;

/** A day, the longest that Cognito lets a token live: more is a slip, and far more no date. */
const longestSeconds = 86_400;

const wireToken = z.object({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().positive().max(longestSeconds).catch(assumedSeconds),
});

export interface Login {
  /** Logs in and caches the token. @throws CredentialRefused where Haku does not take id and secret. */
  renew(): Promise<string>;
  /** A call with the token, the whole of the header: Haku refuses it behind the word `Bearer`. */
  readonly call: CallApi;
}

type LoginTools = Pick<SessionTools, 'baseUrl' | 'call' | 'tokens' | 'now'>;

export function createLogin(credential: HakuCredential, tools: LoginTools): Login {
  const { tokens } = tools;

  async function renew(): Promise<string> {
    const answer = await askForToken(credential, tools);
    const token = wireToken.safeParse(answer.json());
    if (!token.success) {
      throw new UnknownAnswer('Haku answered the login without a token', { hint: 'It is tried again by itself.' });
    }
    const { access_token: text, expires_in: seconds } = token.data;
    await tokens.set(text, new Date(tools.now().getTime() + seconds * 1000));
    return text;
  }

  return { renew, call: callsWithToken({ call: tools.call, tokens, renew, authorization: (token) => token }) };
}

/** Beside any base but the real one (a stand-in, a proxy) the token is asked for there: a secret stays with its host. */
function tokenAddress(baseUrl: URL): URL {
  if (baseUrl.host === realHost) return new URL(realTokenAddress);
  return new URL('oauth2/token', `${baseUrl.origin}${baseUrl.pathname.replace(/\/*$/, '/')}`);
}

async function askForToken({ clientId, clientSecret }: HakuCredential, tools: LoginTools): Promise<ApiAnswer> {
  try {
    return await tools.call({
      method: 'POST',
      path: '/',
      url: tokenAddress(tools.baseUrl),
      headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
      form: { grant_type: 'client_credentials' },
    });
  } catch (error) {
    // Cognito says invalid_client with 400, which in any other call only concerns that call.
    if (!(error instanceof CredentialRefused) && !(error instanceof CallRefused)) throw error;
    throw new CredentialRefused('Haku refused the login', {
      hint:
        'Compare client id and secret with what Haku gave out for this organisation; then `p88sync credentials add` ' +
        'again and `p88sync credentials test`.',
      cause: error,
    });
  }
}
