import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Line, startProxy, type TcpProxy } from './tcp-proxy.ts';

let echo: Server;
let proxy: TcpProxy;
beforeEach(async () => {
  echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket)).listen(0, '127.0.0.1');
  await once(echo, 'listening');
  const address = echo.address();
  proxy = await startProxy({ host: '127.0.0.1', port: typeof address === 'object' && address ? address.port : 0 });
});
afterEach(async () => {
  await proxy.close();
  await new Promise((resolve) => echo.close(resolve));
});

async function dial(): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port: proxy.port });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

function closing(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

async function ask(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  const [bytes] = await once(socket, 'data');
  return String(bytes);
}

test('passes both ways, late where it is told to be, in order', async () => {
  const socket = await dial();
  expect(await ask(socket, 'one')).toBe('one');
  await proxy.set({ delayMs: 20 });
  socket.write('a');
  socket.write('b');
  let got = '';
  while (got.length < 2) got += String((await once(socket, 'data'))[0]);
  expect(got).toBe('ab');
  socket.destroy();
});

test('a black hole swallows everything and closes nothing', async () => {
  const socket = await dial();
  await ask(socket, 'one');
  await proxy.set({ mode: 'black-hole' });
  const seen: string[] = [];
  for (const name of ['data', 'end', 'close']) socket.on(name, () => seen.push(name));
  socket.write('two');
  const second = await dial();
  second.write('three');
  await proxy.set({ mode: 'pass' });
  // What went into the hole is gone; what comes later passes.
  expect(await ask(socket, 'four')).toBe('four');
  expect(seen).toEqual(['data']);
  socket.destroy();
  second.destroy();
});

test('refuses connections and takes them again on the same port', async () => {
  const socket = await dial();
  const closed = closing(socket);
  await proxy.set({ mode: 'refuse' });
  await closed;
  const refused = connect({ host: '127.0.0.1', port: proxy.port });
  const [error] = await once(refused, 'error');
  expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  await proxy.set({ mode: 'pass' });
  const again = await dial();
  expect(await ask(again, 'again')).toBe('again');
  again.destroy();
});

test('what is held goes on its way when it is released', async () => {
  const held: Line[] = [];
  proxy.watch((from, bytes, line) => {
    if (from !== 'client' || String(bytes) !== 'hold') return 'pass';
    held.push(line);
    return 'hold';
  });
  const socket = await dial();
  expect(await ask(socket, 'one')).toBe('one');
  socket.write('hold');
  while (held.length === 0) await new Promise((resolve) => setImmediate(resolve));
  proxy.watch(undefined);
  const answer = once(socket, 'data');
  held[0]?.release();
  expect(String((await answer)[0])).toBe('hold');
  socket.destroy();
});

test('a judge holds or cuts what it sees', async () => {
  proxy.watch((from, bytes) => (from === 'server' && String(bytes) === 'cut' ? 'cut' : 'pass'));
  const socket = await dial();
  expect(await ask(socket, 'fine')).toBe('fine');
  const closed = closing(socket);
  socket.write('cut');
  await closed;
  expect(proxy.taken()).toBe(1);
});
