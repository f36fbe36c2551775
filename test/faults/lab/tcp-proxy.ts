/** A TCP proxy on loopback whose line goes bad on request: between the program and PostgreSQL, or the providers. */
import { connect, createServer, type Server, type Socket } from 'node:net';

/** What becomes of bytes that came from one side. `hold`: they and all behind them on this connection stay here. */
export type Verdict = 'pass' | 'hold' | 'cut';

export type Side = 'client' | 'server';

export interface LineState {
  /**
   * `pass`; `black-hole`: connections are taken, bytes go nowhere, nothing is ever closed; `refuse`: nobody listens and
   * what was connected is torn down; `cut`: connections are taken and torn down.
   */
  readonly mode: 'pass' | 'black-hole' | 'refuse' | 'cut';
  /** Every piece of bytes is late by so much, in each direction (ms). */
  readonly delayMs: number;
}

export interface Line {
  /** One number per connection, from 1. */
  readonly id: number;
  /** Tears the connection down on both sides, with a reset. */
  cut(): void;
  /** What is held on it goes on its way, in the order in which it came. */
  release(): void;
}

export interface TcpProxy {
  readonly port: number;
  /** From now on, for open connections too; what is left out stays as it is. */
  set(state: Partial<LineState>): Promise<void>;
  /** Asked for every piece of bytes in `pass` mode; undefined: all pass. */
  watch(judge: ((from: Side, bytes: Buffer, line: Line) => Verdict) | undefined): void;
  /** Tears down all that is connected. @returns how many there were. */
  cutAll(): number;
  /** Connections that were ever taken. */
  taken(): number;
  close(): Promise<void>;
}

export async function startProxy(target: { readonly host: string; readonly port: number }): Promise<TcpProxy> {
  let state: LineState = { mode: 'pass', delayMs: 0 };
  let judge: Parameters<TcpProxy['watch']>[0];
  let taken = 0;
  const open = new Set<Line>();

  function take(client: Socket): void {
    taken += 1;
    if (state.mode === 'cut') {
      client.on('error', () => undefined);
      client.resetAndDestroy();
      return;
    }
    const server = connect(target);
    let isHeld = false;
    let held: (() => void)[] = [];
    const line: Line = {
      id: taken,
      cut: () => {
        open.delete(line);
        client.resetAndDestroy();
        server.resetAndDestroy();
      },
      release: () => {
        const waiting = held;
        held = [];
        isHeld = false;
        for (const go of waiting) go();
      },
    };
    open.add(line);
    const forward = (from: Side, bytes: Buffer) => {
      if (state.mode === 'black-hole') return;
      const verdict = isHeld ? 'hold' : (judge?.(from, bytes, line) ?? 'pass');
      if (verdict === 'hold') {
        isHeld = true;
        held.push(() => send(from, bytes));
      }
      if (verdict === 'cut') line.cut();
      if (verdict === 'pass') send(from, bytes);
    };
    const send = (from: Side, bytes: Buffer) => {
      const to = from === 'client' ? server : client;
      // In the order in which they came: timers of one length fire in their order.
      if (state.delayMs > 0) setTimeout(() => to.writable && to.write(bytes), state.delayMs);
      else if (to.writable) to.write(bytes);
    };
    const ends = (from: Side) => () => {
      // Whoever is behind a black hole learns nothing, not even that the other one has gone.
      if (state.mode === 'black-hole') return;
      if (isHeld) held.push(ends(from));
      else finish(from === 'client' ? server : client);
    };
    const finish = (to: Socket) => {
      open.delete(line);
      if (state.delayMs > 0) setTimeout(() => to.end(), state.delayMs);
      else to.end();
    };
    for (const [side, socket] of [
      ['client', client],
      ['server', server],
    ] as const) {
      socket.on('data', (bytes: Buffer) => forward(side, bytes));
      socket.on('end', ends(side));
      socket.on('close', ends(side));
      socket.on('error', () => undefined);
    }
  }

  let listener: Server | undefined = await listen(take, 0);
  const address = listener.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const cutAll = () => {
    const lines = [...open];
    for (const line of lines) line.cut();
    return lines.length;
  };
  const stopListening = async () => {
    const old = listener;
    listener = undefined;
    if (old) await new Promise((resolve) => old.close(resolve).unref());
  };
  return {
    port,
    set: async (changes) => {
      state = { ...state, ...changes };
      if (state.mode === 'refuse' || state.mode === 'cut') cutAll();
      if (state.mode === 'refuse') {
        await stopListening();
      } else {
        listener ??= await listen(take, port);
      }
    },
    watch: (next) => {
      judge = next;
    },
    cutAll,
    taken: () => taken,
    close: async () => {
      cutAll();
      await stopListening();
    },
  };
}

function listen(take: (socket: Socket) => void, port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true }, take);
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}
