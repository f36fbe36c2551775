/**
 * A line to PostgreSQL that knows what the program is saying on it: statements and transactions are told from the bytes,
 * so that something can happen at a named point of a run, with nothing of it built into the program.
 */
import { type Line, type Side, startProxy, type TcpProxy } from './tcp-proxy.ts';

/** A point of a run, by what is said on the line. */
export interface Point {
  readonly name: string;
  /** Tells the statement. */
  readonly statement: RegExp;
  /**
   * `asked`: before the server hears of it; `answered`: it was carried out, and the program does not hear of it.
   * `commit-…`: the same of the commit of the transaction that the statement is part of.
   */
  readonly moment: 'asked' | 'answered' | 'commit-asked' | 'commit-answered';
  /** Which one of the run; default: 1. */
  readonly nth?: number;
}

export interface PostgresLine {
  readonly proxy: TcpProxy;
  /** The database, through the line. */
  readonly url: string;
  /**
   * Calls `act` once the line comes to the point, and holds that connection from there on. Resolves when it did;
   * `disarm` gives up, and resolves it to false.
   */
  arm(point: Point, act: (line: Line) => void): { readonly reached: Promise<boolean>; disarm(): void };
  close(): Promise<void>;
}

/** What one connection has said. */
interface Conversation {
  pending: Buffer;
  /** The first message has no type: version and parameters. */
  begun: boolean;
  /** In the transaction at hand. */
  statements: string[];
  /** The answer of what was just said is to be kept from the program. */
  awaited: boolean;
}

interface Armed {
  readonly point: Point;
  readonly act: (line: Line) => void;
  readonly settle: (reached: boolean) => void;
  seen: number;
}

export async function startPostgresLine(databaseUrl: string): Promise<PostgresLine> {
  const target = new URL(databaseUrl);
  const proxy = await startProxy({ host: target.hostname, port: Number(target.port) });
  const url = new URL(databaseUrl);
  url.port = String(proxy.port);
  const conversations = new Map<number, Conversation>();
  let armed: Armed | undefined;

  const fire = (line: Line) => {
    const { act, settle } = armed as Armed;
    armed = undefined;
    // Behind the verdict: `act` may release what it holds.
    setImmediate(() => {
      act(line);
      settle(true);
    });
    return 'hold' as const;
  };

  proxy.watch((from: Side, bytes, line) => {
    const talk = conversations.get(line.id) ?? newConversation();
    conversations.set(line.id, talk);
    if (from === 'server') return talk.awaited && armed ? fire(line) : 'pass';
    talk.awaited = false;
    for (const statement of statementsIn(talk, bytes)) {
      const at = armed && momentOf(armed.point, talk, statement);
      remember(talk, statement);
      if (!armed || !at) continue;
      armed.seen += 1;
      if (armed.seen < (armed.point.nth ?? 1)) continue;
      if (at === 'asked') return fire(line);
      talk.awaited = true;
    }
    return 'pass';
  });

  return {
    proxy,
    url: url.href,
    arm: (point, act) => {
      let settle: (reached: boolean) => void = () => undefined;
      const reached = new Promise<boolean>((resolve) => {
        settle = resolve;
      });
      const own: Armed = { point, act, settle, seen: 0 };
      armed = own;
      const disarm = () => {
        if (armed === own) armed = undefined;
        settle(false);
      };
      return { reached, disarm };
    },
    close: proxy.close,
  };
}

function newConversation(): Conversation {
  return { pending: Buffer.alloc(0), begun: false, statements: [], awaited: false };
}

/** Whether the point lies at this statement: before it, behind it, or not at all. */
function momentOf(point: Point, talk: Conversation, statement: string): 'asked' | 'answered' | undefined {
  const isCommit = /^commit$/i.test(statement);
  const [ofCommit, moment] = point.moment.startsWith('commit-')
    ? [true, point.moment.slice('commit-'.length)]
    : [false, point.moment];
  const hit = ofCommit
    ? isCommit && talk.statements.some((one) => point.statement.test(one))
    : point.statement.test(statement);
  return hit ? (moment as 'asked' | 'answered') : undefined;
}

function remember(talk: Conversation, statement: string): void {
  if (/^begin\b/i.test(statement) || /^(commit|rollback)$/i.test(statement)) talk.statements = [];
  else talk.statements.push(statement);
}

/** Texts of the simple queries (Q) and prepared statements (P) in the client's bytes; PostgreSQL's protocol 3. */
function statementsIn(talk: Conversation, bytes: Buffer): string[] {
  talk.pending = Buffer.concat([talk.pending, bytes]);
  const found: string[] = [];
  for (;;) {
    const header = talk.begun ? 1 : 0;
    if (talk.pending.length < header + 4) return found;
    const length = header + talk.pending.readInt32BE(header);
    if (talk.pending.length < length) return found;
    const type = talk.begun ? String.fromCharCode(talk.pending[0] ?? 0) : 'startup';
    const body = talk.pending.subarray(header + 4, length);
    talk.begun = true;
    talk.pending = talk.pending.subarray(length);
    if (type === 'Q') found.push(textAt(body, 0));
    if (type === 'P') found.push(textAt(body, body.indexOf(0) + 1));
  }
}

function textAt(body: Buffer, from: number): string {
  return body.toString('utf8', from, body.indexOf(0, from)).trim();
}
