/**
 * Tells somebody who waits for it that a run began and how it ended, by the protocol of healthchecks.io: what is not told in
 * time is noticed there, which nothing on a machine that is off could do.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { isTaken, post } from './post.ts';

const limitMs = 3_000;
/** How long the end waits for the beginning to be told: the two must not arrive in the wrong order. */
const graceMs = 1_000;

export interface Heartbeat {
  /**
   * Told once; what is told later counts as told.
   * @param how the exit status (0: it went well); `fail`: the run broke off without one.
   * @param text a few words that are kept beside it; nothing secret.
   */
  end(how: number | 'fail', text: string): Promise<void>;
}

/** Never throws. @param onMissed is told in words what was not taken; the address is not among them. */
export function startHeartbeat(url: URL, runId: string, onMissed: (reason: string) => void): Heartbeat {
  const ping = async (what: string, text: string): Promise<void> => {
    const posted = await post(pingAddress(url, what, runId), {
      body: text,
      contentType: 'text/plain; charset=utf-8',
      limitMs,
    });
    if (!isTaken(posted)) onMissed(posted.reason);
  };
  const started = ping('start', '');
  let ended: Promise<void> | undefined;
  return {
    end: (how, text) => {
      ended ??= Promise.race([started, delay(graceMs, undefined, { ref: false })]).then(() => ping(String(how), text));
      return ended;
    },
  };
}

/** `https://hc-ping.com/UUID` → `https://hc-ping.com/UUID/start?rid=RUN`; a query (`?create=1`) stays. */
function pingAddress(url: URL, what: string, runId: string): URL {
  const address = new URL(url);
  address.pathname = `${url.pathname.replace(/\/$/, '')}/${what}`;
  address.searchParams.set('rid', runId);
  return address;
}
