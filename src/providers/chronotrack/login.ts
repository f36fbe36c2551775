/**
 * How a call proves whose it is. The four styles that public clients use differ in what goes where; the plain password and
 * its SHA-1 (unsalted, so as good as the password) travel in the query, which is therefore a `secretQuery`.
 */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { CallRefused, CredentialRefused, UnknownAnswer } from '../../domain/errors.ts';
import type { ApiAnswer, ApiRequest, CallApi, SessionTools } from '../../domain/provider.ts';
import type { ChronoTrackCredential } from './credential.ts';

export interface Login {
  /** Forgets a token, so that the next call proves the password itself. Nothing to do for styles without one. */
  renew(): Promise<void>;
  /** A call that carries the credential. A refused token is renewed once, for it may have been revoked. */
  readonly call: CallApi;
}

type LoginTools = Pick<SessionTools, 'baseUrl' | 'call' | 'tokens' | 'now'>;

export function createLogin(credential: ChronoTrackCredential, tools: LoginTools): Login {
  if (credential.auth === 'oauth') return tokenLogin(credential, tools);
  const { secretQuery, headers } = proofOf(credential);
  return {
    renew: async () => undefined,
    call: (request) =>
      tools.call({
        ...request,
        secretQuery: { ...request.secretQuery, ...secretQuery },
        headers: { ...request.headers, ...headers },
      }),
  };
}

function proofOf(credential: ChronoTrackCredential): Required<Pick<ApiRequest, 'secretQuery' | 'headers'>> {
  const { user, password, clientId: client_id } = credential;
  if (credential.auth === 'basic') {
    return { secretQuery: { client_id }, headers: { authorization: basic(user, password) } };
  }
  const user_pass = credential.auth === 'plain' ? password : createHash('sha1').update(password, 'utf8').digest('hex');
  return { secretQuery: { client_id, user_id: user, user_pass }, headers: {} };
}

/** Clients that know no lifetime assume an hour. */
const assumedSeconds = 3600;
/** Ten years: more is no lifetime, and far more no date. */
const longestSeconds = 315_360_000;

const wireToken = z.object({
  access_token: z.string().min(1),
  expires_in: z.coerce.number().positive().max(longestSeconds).catch(assumedSeconds),
});

function tokenLogin(credential: ChronoTrackCredential, tools: LoginTools): Login {
  const { tokens } = tools;

  async function newToken(): Promise<string> {
    const answer = await askForToken(credential, tools);
    const token = wireToken.safeParse(answer.json());
    if (!token.success) {
      throw new UnknownAnswer('ChronoTrack answered the login without a token', {
        hint: 'It is tried again by itself.',
      });
    }
    const { access_token: text, expires_in: seconds } = token.data;
    await tokens.set(text, new Date(tools.now().getTime() + seconds * 1000));
    return text;
  }

  const callWith = (token: string, request: ApiRequest) =>
    tools.call({
      ...request,
      secretQuery: { ...request.secretQuery, client_id: credential.clientId },
      headers: { ...request.headers, authorization: `Bearer ${token}` },
    });

  return {
    renew: () => tokens.drop(),
    async call(request) {
      const cached = await tokens.get();
      // A token that was just given and is refused all the same would be no better the second time.
      if (cached === undefined) return callWith(await newToken(), request);
      try {
        return await callWith(cached, request);
      } catch (error) {
        if (!(error instanceof CredentialRefused)) throw error;
        await tokens.drop();
        return callWith(await newToken(), request);
      }
    },
  };
}

async function askForToken(credential: ChronoTrackCredential, tools: LoginTools): Promise<ApiAnswer> {
  const { user: username, password, clientId, clientSecret = '' } = credential;
  try {
    return await tools.call({
      method: 'GET',
      path: '/',
      url: tokenAddress(tools.baseUrl),
      query: { grant_type: 'password' },
      secretQuery: { username, password },
      headers: { authorization: basic(clientId, clientSecret) },
    });
  } catch (error) {
    // OAuth says invalid_client and invalid_grant with 400, which in any other call only concerns that call.
    if (!(error instanceof CredentialRefused) && !(error instanceof CallRefused)) throw error;
    throw new CredentialRefused('ChronoTrack refused the login', {
      hint:
        'Check e-mail and password by logging in to ChronoTrack Live, and client id and secret with ChronoTrack; then ' +
        '`p88sync credentials add` again and `p88sync credentials test`.',
      cause: error,
    });
  }
}

/** `/oauth2/token`, beside `/api` and not under it (two clients); the same beside a stand-in's base. */
function tokenAddress(baseUrl: URL): URL {
  return new URL('../oauth2/token', `${baseUrl.origin}${baseUrl.pathname.replace(/\/*$/, '/')}`);
}

function basic(name: string, secret: string): string {
  return `Basic ${Buffer.from(`${name}:${secret}`, 'utf8').toString('base64')}`;
}
