import * as z from 'zod';
import { UnknownAnswer, UsageError } from '../../src/domain/errors.ts';
import type { CredentialSecrets, ProviderAdapter, ProviderSession, SessionTools } from '../../src/domain/provider.ts';
import type { EventPage, ParticipantPage } from '../../src/domain/records.ts';
import { pages } from '../../src/http/pages.ts';

const wireEvents = z.object({
  events: z.array(z.object({ id: z.string(), name: z.string(), starts: z.iso.datetime() })),
});
const wireTickets = z.object({
  tickets: z.array(
    z.object({
      ticket: z.string(),
      first: z.string(),
      last: z.string(),
      bib: z.string().nullable(),
      changed: z.iso.datetime(),
      returned: z.boolean(),
    }),
  ),
  next: z.string().nullable(),
});

export const adapter: ProviderAdapter = {
  checkCredential({ principal, secret }) {
    if (!principal || !secret) throw new UsageError('The Toy Tickets credential lacks its key');
  },
  connect,
};

function connect({ secret }: CredentialSecrets, tools: SessionTools): ProviderSession {
  async function get<Shape>(path: string, query: Record<string, string>, shape: z.ZodType<Shape>) {
    const answer = await tools.call({ method: 'GET', path, query, headers: { 'x-toy-key': secret } });
    const parsed = shape.safeParse(answer.json());
    if (!parsed.success) throw new UnknownAnswer(`Toy Tickets answered ${path} in a form that is not known`);
    return { data: parsed.data, date: answer.date };
  }
  return {
    async check() {
      await get('/events', {}, wireEvents);
      return 'Toy Tickets takes the key';
    },
    async *listEvents({ startsFrom, eventId }): AsyncGenerator<EventPage> {
      const { data } = await get('/events', {}, wireEvents);
      const wanted = data.events.filter(
        ({ id, starts }) =>
          (!startsFrom || new Date(starts) >= startsFrom) && (eventId === undefined || id === eventId),
      );
      const events = wanted.map(({ id, name, starts }) => ({
        eventId: id,
        name,
        startAt: new Date(starts),
        timeZone: 'UTC',
        timeZoneAssumed: false,
        row: { event_id: id, name, start_at: starts },
        source: { id, name, starts },
      }));
      yield { races: [], events, rejected: [], last: true };
    },
    listParticipants({ events: [event], since, resume }) {
      const eventId = event?.eventId ?? '';
      return pages<ParticipantPage, string>({
        what: `tickets of event ${eventId}`,
        first: typeof resume === 'string' ? resume : '',
        repeatedPage: 'fail',
        async fetch(after) {
          const query = { after, size: String(tools.pageSize), ...(since && { since: since.toISOString() }) };
          const { data, date } = await get(`/events/${encodeURIComponent(eventId)}/tickets`, query, wireTickets);
          const records = data.tickets.map(({ ticket, first, last, bib, changed, returned }) => ({
            eventId,
            id: ticket,
            row: { event_id: eventId, ticket, first_name: first, last_name: last, bib },
            source: { ticket, first, last, bib, changed, returned },
            modifiedAt: new Date(changed),
            ...(returned && { removal: { reason: 'returned' } }),
            kind: 'registration' as const,
          }));
          const page: ParticipantPage = {
            records,
            rejected: [],
            last: data.next === null,
            providerTime: date,
            resume: data.next ?? after,
            listing: 'partial',
          };
          return { page, next: data.next ?? undefined, fingerprint: records.map(({ id }) => id).join(' ') };
        },
      });
    },
  };
}
