/**
 * The providers' stand-ins as a process of their own, so that their work is not counted as the program's. Takes its
 * order as JSON argument, tells its address and accounts as one line of JSON, and ends when its input is closed.
 */
import { visiblePath } from '../../src/sandbox/calls.ts';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import { serveSandbox } from '../../src/sandbox/serve.ts';
import type { ProviderOrder, ProviderTold } from './provider.ts';
import { buildWorld } from './worlds.ts';

const order = JSON.parse(process.argv[2] ?? '') as ProviderOrder;
const world = buildWorld(order.world, new Date(order.now));
const sandbox = createSandbox({ now: () => new Date(), world });
sandbox.setClock(new Date(order.now));
const { url } = await serveSandbox({ handle: order.remember ? remembered() : sandbox.handle }, { port: 0 });
const told: ProviderTold = {
  url,
  accounts: world.accounts.map(({ company, provider, principal, secret, additionalConfig }) => ({
    company,
    provider,
    principal,
    secret,
    additionalConfig,
  })),
};
process.stdout.write(`${JSON.stringify(told)}\n`);
process.stdin.resume().once('end', () => process.exit(0));

/** Each answer is made once: a real provider's work is not done by this machine's cores. */
function remembered(): (request: Request) => Promise<Response> {
  const answers = new Map<string, { body: ArrayBuffer; headers: Headers }>();
  return async (request) => {
    const url = new URL(request.url);
    if (request.method !== 'GET' || url.pathname.startsWith('/control')) return sandbox.handle(request);
    const key = `${visiblePath(url.pathname, url.searchParams)} ${url.searchParams.get('rsu_api_key')}`;
    const known = answers.get(key);
    if (known) return new Response(known.body, { headers: known.headers });
    const answer = await sandbox.handle(request);
    const body = await answer.arrayBuffer();
    if (answer.status === 200) answers.set(key, { body, headers: answer.headers });
    return new Response(body, { status: answer.status, headers: answer.headers });
  };
}
