/** Calls that carry an access token from the cache: fetched where there is none, renewed once where it is refused. */
import { CredentialRefused } from '../domain/errors.ts';
import type { ApiAnswer, ApiRequest, CallApi, TokenCache } from '../domain/provider.ts';

export interface TokenUse {
  readonly call: CallApi;
  readonly tokens: TokenCache;
  /** Logs in and caches the token. @throws CredentialRefused where the provider does not take the credential. */
  renew(): Promise<string>;
  /** The `Authorization` header that carries a token. */
  authorization(token: string): string;
}

/** A refused token may only have been revoked, so it is renewed once; a second refusal is the credential's. */
export function callsWithToken({ call, tokens, renew, authorization }: TokenUse): CallApi {
  const callWith = (token: string, request: ApiRequest): Promise<ApiAnswer> =>
    call({ ...request, headers: { ...request.headers, authorization: authorization(token) } });

  return async (request) => {
    const token = (await tokens.get()) ?? (await renew());
    try {
      return await callWith(token, request);
    } catch (error) {
      if (!(error instanceof CredentialRefused)) throw error;
      await tokens.drop();
      return callWith(await renew(), request);
    }
  };
}
