/** What the toy provider calls: a few events and their tickets, served on 127.0.0.1. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Ticket {
  readonly ticket: string;
  readonly first: string;
  readonly last: string;
  readonly bib: string | null;
  readonly changed: string;
  readonly returned: boolean;
}

export interface ToyWorld {
  readonly key: string;
  readonly events: readonly { id: string; name: string; starts: string; tickets: Ticket[] }[];
}

/** @param now the clock of its `Date` header. */
export async function serveToy(world: ToyWorld, now: () => Date) {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://toy.test');
    const [, , eventId, part] = url.pathname.replace('/api', '').split('/');
    response.sendDate = false;
    const answer = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json', date: now().toUTCString() });
      response.end(JSON.stringify(body));
    };
    if (request.headers['x-toy-key'] !== world.key) return answer(401, {});
    if (eventId === undefined) return answer(200, { events: world.events.map(({ tickets: _, ...event }) => event) });
    const event = world.events.find(({ id }) => id === eventId);
    if (event === undefined || part !== 'tickets') return answer(404, {});
    const { searchParams: query } = url;
    const rows = event.tickets.filter(
      ({ ticket, changed }) => ticket > (query.get('after') ?? '') && changed >= (query.get('since') ?? ''),
    );
    const size = Number(query.get('size'));
    return answer(200, { tickets: rows.slice(0, size), next: rows.length > size ? rows[size - 1]?.ticket : null });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/api`, close: () => new Promise((resolve) => server.close(resolve)) };
}
