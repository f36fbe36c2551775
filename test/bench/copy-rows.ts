/** COPY through node-postgres, which leaves that part of the protocol to its users: rows out of a table as one text, and in. */
import type pg from 'pg';

/** The part of node-postgres' connection that COPY needs. */
interface Wire {
  query(text: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

/** What node-postgres calls while a statement of ours is under way. */
class CopyStatement {
  readonly chunks: Buffer[] = [];
  readonly #text: string;
  readonly #input: readonly Buffer[];
  readonly #settle: (error?: Error) => void;

  constructor(text: string, input: readonly Buffer[], settle: (error?: Error) => void) {
    this.#text = text;
    this.#input = input;
    this.#settle = settle;
  }

  submit(wire: Wire): void {
    wire.query(this.#text);
  }

  handleCopyInResponse(wire: Wire): void {
    for (const chunk of this.#input) wire.sendCopyFromChunk(chunk);
    wire.endCopyFrom();
  }

  handleCopyData(message: { chunk: Buffer }): void {
    // A view into the socket's buffer, which is used again.
    this.chunks.push(Buffer.from(message.chunk));
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    this.#settle();
  }

  handleError(error: Error): void {
    this.#settle(error);
  }
}

/** The rows that `query` yields, in COPY's text form. */
export function copyOut(client: pg.Client, query: string): Promise<Buffer[]> {
  return copy(client, `copy (${query}) to stdout`, []);
}

/** @param target table and columns: `staging (a, b)`. */
export async function copyIn(client: pg.Client, target: string, rows: readonly Buffer[]): Promise<void> {
  await copy(client, `copy ${target} from stdin`, inChunks(rows));
}

/** Single rows become messages of 64 KB, as psql sends them. */
function inChunks(rows: readonly Buffer[]): Buffer[] {
  const chunks: Buffer[] = [];
  let open: Buffer[] = [];
  let bytes = 0;
  for (const row of rows) {
    open.push(row);
    bytes += row.length;
    if (bytes < 65_536) continue;
    chunks.push(Buffer.concat(open));
    open = [];
    bytes = 0;
  }
  return [...chunks, Buffer.concat(open)];
}

function copy(client: pg.Client, text: string, input: readonly Buffer[]): Promise<Buffer[]> {
  return new Promise((resolve, reject) => {
    const statement = new CopyStatement(text, input, (error) => (error ? reject(error) : resolve(statement.chunks)));
    // The types know only the package's own statements; at run time any object with these methods will do.
    client.query(statement as unknown as pg.Submittable);
  });
}
