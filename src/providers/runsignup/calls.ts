/** One authenticated call to RunSignUp: the key's style is found out once per session, error objects are thrown. */
import { CredentialRefused } from '../../domain/errors.ts';
import type { Json } from '../../domain/json.ts';
import type { ApiAnswer, CredentialSecrets, SessionTools } from '../../domain/provider.ts';
import { retryAfterMs } from '../../http/retry-delay.ts';
import { authenticationOf, type KeyStyle, keyStyleOf } from './credential.ts';
import { errorIn } from './errors.ts';

export interface RunSignUpAnswer {
  readonly body: Json;
  /** The provider's clock (UTC), where it sent one. */
  readonly date: Date | undefined;
}

/** @throws the classes of src/http/caller.ts and of errors.ts; UnknownAnswer for what is no JSON. */
export type RunSignUpCall = (
  path: string,
  query?: Readonly<Record<string, string>>,
  post?: RunSignUpPost,
) => Promise<RunSignUpAnswer>;

/** What makes a call a POST. */
export interface RunSignUpPost {
  readonly form: Readonly<Record<string, string>>;
  /** As in `ApiRequest`. */
  readonly repeatable: boolean;
}

/** Does `work` with each style that may be meant, until one is not refused; see `createCalls`. */
export type WithStyle = <T>(work: (call: RunSignUpCall, style: KeyStyle) => Promise<T>) => Promise<T>;

export interface RunSignUpCalls {
  /** A GET, or a POST where it is given a form. */
  readonly call: RunSignUpCall;
  /** For the one call that differs by style (the check). */
  readonly withStyle: WithStyle;
}

/**
 * Where `key_style` is unset, v2 comes first, since it keeps the secret out of URLs; a refusal is tried again as
 * classic. The first style that works stays for the session, so that a later refusal (a race that the key may not see)
 * costs one call and not two.
 */
export function createCalls(credential: CredentialSecrets, tools: SessionTools): RunSignUpCalls {
  let known = keyStyleOf(credential);

  const callWith =
    (style: KeyStyle): RunSignUpCall =>
    async (path, query = {}, post = undefined) => {
      const authentication = authenticationOf(style, credential, tools.program);
      const method = post === undefined ? 'GET' : 'POST';
      // Without `format` the answer is XML.
      const answer = await tools.call({
        method,
        path,
        query: { ...query, format: 'json' },
        ...authentication,
        ...post,
      });
      const body = answer.json();
      const error = errorIn(body, `${method} ${path}`, retryAtOf(answer, tools.now()));
      if (error !== undefined) throw error;
      return { body, date: answer.date };
    };

  const withStyle: WithStyle = async (work) => {
    if (known !== undefined) return work(callWith(known), known);
    try {
      const result = await work(callWith('v2'), 'v2');
      known = 'v2';
      return result;
    } catch (error) {
      if (!(error instanceof CredentialRefused)) throw error;
    }
    const result = await work(callWith('classic'), 'classic');
    known = 'classic';
    tools.warn('RunSignUp takes this key only in the classic way: set key_style to "classic" to save a call per run');
    return result;
  };

  return { withStyle, call: (path, query, post) => withStyle((call) => call(path, query, post)) };
}

function retryAtOf(answer: ApiAnswer, now: Date): Date | undefined {
  const wait = retryAfterMs(answer.headers.get('retry-after'), answer.date ?? now);
  return wait === undefined ? undefined : new Date(now.getTime() + wait);
}
