/** Pages of the lists of people, whatever the provider: which calls ask for them, and their rows. */
import type { Json, JsonObject } from '../../../src/domain/json.ts';
import type { RaceEvent } from '../../../src/sandbox/world.ts';
import type { Trouble } from './provider-line.ts';
import type { Registrar } from './troubled.ts';
import { insteadOf, rewritten } from './troubles.ts';

/** Calls for pages of the event's people; at RunSignUp of the active ones. */
export function listOf(provider: Registrar, { id, race }: RaceEvent): RegExp {
  switch (provider) {
    case 'runsignup':
      return new RegExp(`/race/${race.id}/participants`);
    case 'letsdothis':
      return /\/applications/;
    case 'chronotrack':
      return new RegExp(`/event/${id}/entry`);
    default:
      return new RegExp(`/events/${id}/participants`);
  }
}

/** The right page with other rows. */
export function withRows(provider: Registrar, change: (rows: readonly Json[]) => readonly Json[]): Trouble {
  return rewritten((body) => rowsChanged(provider, body, change));
}

function rowsChanged(provider: Registrar, body: Json, change: (rows: readonly Json[]) => readonly Json[]): Json {
  if (provider === 'haku') return [...change(body as Json[])];
  if (provider === 'runsignup') {
    return (body as JsonObject[]).map((element): Json => {
      const { participants } = element;
      return participants === undefined ? element : { ...element, participants: [...change(participants as Json[])] };
    });
  }
  const key = provider === 'chronotrack' ? 'event_entry' : 'data';
  const object = body as JsonObject;
  return { ...object, [key]: [...change(object[key] as Json[])] };
}

/** The page without its rows, as the last one would be. */
export function emptied(provider: Registrar): Trouble {
  if (provider !== 'letsdothis') return withRows(provider, () => []);
  return rewritten(() => ({ data: [], page: { next: null } }));
}

/** The whole list without anybody, as where nobody has registered. */
export function nobody(provider: Registrar): Trouble {
  if (provider !== 'chronotrack') return emptied(provider);
  const body = Buffer.from('{"event_entry":[]}');
  const none = { 'x-ctlive-row-count': '0', 'x-ctlive-page-count': '0', 'x-ctlive-current-page': '1' };
  return async ({ ask, send }) => {
    const answer = await ask();
    send({ ...answer, headers: { ...answer.headers, ...none }, body });
  };
}

/** Whatever page is asked for, the first one comes. */
export const onlyTheFirst: Readonly<Record<Registrar, Trouble>> = {
  runsignup: insteadOf((path) => path.replace(/&after_registration_id=\d+/, '')),
  raceroster: insteadOf((path) => path.replace(/offset=\d+/, 'offset=0')),
  haku: insteadOf((path) => path.replace(/([?&])page=\d+/, '$1page=1')),
  letsdothis: insteadOf((path) => path.replace(/&page%5Bafter%5D=[^&]+/, '')),
  chronotrack: insteadOf((path) => path.replace(/([?&])page=\d+/, '$1page=1')),
};
