/** Rows of Let's Do This' lists with overrides, and a session whose lists are scripted page by page. */
import { CallRefused } from '../../../src/domain/errors.ts';
import type { Json, JsonObject } from '../../../src/domain/json.ts';
import type { ApiRequest, ParticipantQuery, ProviderSession } from '../../../src/domain/provider.ts';
import { adapter } from '../../../src/providers/letsdothis/adapter.ts';
import { type ScriptedTools, scriptedTools } from '../scripted-session.ts';

/** The row of the vendor-less sample, with an invented person. */
export function applicationRow(changes: JsonObject = {}): JsonObject {
  return {
    id: 'app_1',
    eventId: 'evt_9',
    eventName: 'City 10K',
    eventDate: '2026-09-20',
    firstName: 'Tom',
    lastName: 'Baird',
    email: 'tom@example.org',
    phone: '+447700900000',
    dateOfBirth: '1990-01-31',
    gender: 'male',
    city: 'Leeds',
    region: 'West Yorkshire',
    country: 'GB',
    status: 'confirmed',
    paymentStatus: 'paid',
    amountPaid: 4200,
    teamName: null,
    category: '10K',
    applicationDate: '2026-03-01T10:00:00.000Z',
    updatedAt: '2026-03-02T08:00:00.000Z',
    ...changes,
  };
}

export function participantRow(changes: JsonObject = {}): JsonObject {
  return {
    id: 'par_1',
    applicationId: 'app_1',
    eventId: 'evt_9',
    firstName: 'Tom',
    lastName: 'Baird',
    bibNumber: 214,
    registrationDate: '2026-03-01T10:00:05.000Z',
    division: 'M35',
    updatedAt: '2026-09-01T08:00:00.000Z',
    ...changes,
  };
}

export function list(rows: readonly Json[], next: Json = null): JsonObject {
  return { data: [...rows], page: { next } };
}

/** `GET /applications page[after]=c1`, without the size: what a call asked for. */
export function told({ path, query }: ApiRequest): string {
  const rest = Object.entries(query ?? {}).filter(([name]) => name !== 'page[size]');
  return [path, ...rest.map(([name, value]) => `${name}=${value}`)].join(' ');
}

export interface Scripted extends ScriptedTools {
  readonly session: ProviderSession;
}

/** A session whose calls are answered by what `told` says of them; an answer that is a number is a refusal with that status. */
export function scripted(answer: (call: string) => Json): Scripted {
  const script = scriptedTools((request) => {
    const body = answer(told(request));
    if (typeof body === 'number') throw new CallRefused(`refused with ${body}`, { status: body });
    return body;
  });
  const session = adapter.connect({ principal: 'City Runs', secret: 'key', additionalConfig: {} }, script.tools);
  return { ...script, session };
}

export function query(changes: Partial<ParticipantQuery> = {}): ParticipantQuery {
  const events = [{ eventId: 'evt_9', raceId: undefined, timeZone: 'Europe/London' }];
  return { events, since: undefined, resume: undefined, ...changes };
}
