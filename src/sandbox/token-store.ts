/** Access tokens that the stand-ins have handed out; all providers with a login share the store. */
import type { Account, SandboxProvider } from './world.ts';

export interface TokenStore {
  readonly access: Map<string, { readonly account: Account; readonly expiresAt: number }>;
  readonly refresh: Map<string, Account>;
  issued: number;
}

export function emptyTokenStore(): TokenStore {
  return { access: new Map(), refresh: new Map(), issued: 0 };
}

/** The account of this provider that a token stands for; undefined where there is none or it has run out (ms UTC). */
export function holderOf(
  tokens: TokenStore,
  token: string,
  provider: SandboxProvider,
  now: number,
): Account | undefined {
  const entry = tokens.access.get(token);
  if (entry === undefined || entry.expiresAt <= now) return undefined;
  const { account } = entry;
  return account.enabled && account.provider === provider ? account : undefined;
}
