/** Cursors of the stand-in: opaque to clients, good for one list, and for as long as the world says. */
import type { LetsDoThisBehaviour } from './behaviour.ts';

interface Issued {
  readonly list: string;
  /** The id of the last row before the page. */
  readonly after: number;
  /** When it was issued: ms UTC, and calls received until then. */
  readonly at: number;
  readonly calls: number;
}

export interface Moment {
  readonly at: number;
  readonly calls: number;
}

export function issueCursor(list: string, after: number, moment: Moment): string {
  return Buffer.from(JSON.stringify({ list, after, ...moment } satisfies Issued)).toString('base64url');
}

/** The id to go on behind; undefined where the cursor is none of this list's, or has run out. */
export function redeemCursor(
  text: string,
  list: string,
  moment: Moment,
  { cursorSeconds, cursorCalls }: LetsDoThisBehaviour,
): number | undefined {
  const issued = read(text);
  if (issued === undefined || issued.list !== list) return undefined;
  if (cursorSeconds !== null && moment.at - issued.at > cursorSeconds * 1000) return undefined;
  if (cursorCalls !== null && moment.calls - issued.calls > cursorCalls) return undefined;
  return issued.after;
}

function read(text: string): Issued | undefined {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Issued;
  } catch {
    return undefined;
  }
}
