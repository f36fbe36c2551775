/**
 * A host of its own on this machine: network and host name from a namespace, where root may make one. Its loopback is its only
 * line; relays on it lead to the database and the providers, and `down` is the cable that is pulled.
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Why hosts of their own cannot be made here; undefined: they can. */
export function whyNoNamespaces(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root may make network namespaces';
  for (const command of ['unshare', 'nsenter', 'ip', 'hostname']) {
    if (spawnSync(command, ['--version']).error) return `${command} is not installed`;
  }
  const tried = spawnSync('unshare', ['--net', '--uts', 'ip', 'link', 'set', 'lo', 'up'], { encoding: 'utf8' });
  return tried.status === 0 ? undefined : `unshare is refused: ${tried.stderr.trim()}`;
}

/** A way out of all namespaces: a socket in the file system that leads to a port of this one. */
export interface Exit {
  readonly path: string;
  readonly port: number;
}

export interface Exits {
  readonly all: readonly Exit[];
  close(): Promise<void>;
}

export async function openExits(ports: readonly number[]): Promise<Exits> {
  const folder = await mkdtemp(join(tmpdir(), 'p88sync-namespace-'));
  const servers: Server[] = [];
  for (const port of ports) {
    const server = createServer((socket) => {
      const inner = connect({ host: '127.0.0.1', port });
      for (const each of [socket, inner]) each.on('error', () => undefined);
      socket.pipe(inner).pipe(socket);
    });
    await new Promise<void>((resolve) => server.listen(join(folder, String(port)), () => resolve()));
    servers.push(server);
  }
  return {
    all: ports.map((port) => ({ port, path: join(folder, String(port)) })),
    close: async () => {
      for (const server of servers) server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export interface NamespaceHost {
  /** What a command line begins with that runs on this host. */
  readonly prefix: readonly string[];
  /** The cable out, or in again. */
  cable(state: 'up' | 'down'): void;
  close(): void;
}

/** Lives as long as its input; listens on the same ports of its own loopback. */
const relay = `
const net = require('node:net');
for (const { port, path } of JSON.parse(process.argv[1])) {
  net.createServer((socket) => {
    const out = net.connect(path);
    for (const each of [socket, out]) each.on('error', () => undefined);
    socket.pipe(out).pipe(socket);
  }).listen(port, '127.0.0.1');
}
process.stdin.resume().on('end', () => process.exit());
console.log('ready');`;

export async function openNamespaceHost(name: string, exits: Exits): Promise<NamespaceHost> {
  const begin = 'hostname "$1"; ip link set lo up; shift; exec "$@"';
  const child = spawn(
    'unshare',
    ['--net', '--uts', 'sh', '-c', begin, 'sh', name, process.execPath, '-e', relay, JSON.stringify(exits.all)],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  await new Promise<void>((resolve, reject) => {
    createInterface(child.stdout).once('line', () => resolve());
    child.once('exit', (code) => reject(new Error(`the host ${name} ended with ${code}`)));
  });
  const prefix = ['nsenter', '--target', String(child.pid), '--net', '--uts', '--'];
  return {
    prefix,
    cable: (state) => {
      const [command = '', ...args] = [...prefix, 'ip', 'link', 'set', 'lo', state];
      const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
      if (status !== 0) throw new Error(`the cable of ${name} could not be set ${state}: ${stderr}`);
    },
    close: () => void child.stdin.end(),
  };
}
