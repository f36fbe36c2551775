/** GET /api/races/{slug}/preset/{login}:::{preset}/{event}: who is in the event, with times and places, as a preset shows it. */
import { type Answer, jsonAnswer, textAnswer } from '../answers.ts';
import { expectedResults } from '../finishes.ts';
import type { RaceEvent, Registration, World } from '../world.ts';
import type { CopernicoBehaviour } from './behaviour.ts';

const statusWords = {
  finished: 'finished',
  started: 'started',
  'not-started': 'notstarted',
  dnf: 'dnf',
  dsq: 'dsq',
  withdrawn: 'withdrawn',
} as const;
const genderWords = { M: 'male', F: 'female', X: 'mixed' } as const;

/** The captions that a timer in Spain gives; those of times and rankings stay Copernico's own. */
const spanish: Readonly<Record<string, string>> = {
  name: 'Nombre',
  surname: 'Apellidos',
  gender: 'Sexo',
  category: 'Categoría',
  status: 'Estado',
};

export function presetAnswer(world: World, event: RaceEvent, account: string): Answer {
  const behaviour = world.behaviour.copernico;
  const data = rowsOf(event, behaviour);
  const bare = behaviour.envelope === 'bare';
  const gunTime = behaviour.showsGunTime ? { gunTime: event.startAt } : {};
  const json = JSON.stringify(bare ? data : { ...gunTime, data });
  const body = behaviour.doubleEncoded ? Buffer.from(json, 'utf8').toString('latin1') : json;
  const bytes = Buffer.byteLength(body, 'utf8');
  if (bytes > behaviour.presetLimit) {
    if (behaviour.overLimit === 'refused')
      return jsonAnswer({ message: 'Payload too large' }, { status: 413, account });
    const cut = Buffer.from(body, 'utf8').subarray(0, behaviour.presetLimit).toString('utf8');
    return textAnswer(cut, { contentType: 'application/json', account, gzip: behaviour.gzip });
  }
  return textAnswer(body, { contentType: 'application/json', account, gzip: behaviour.gzip });
}

function rowsOf(event: RaceEvent, behaviour: CopernicoBehaviour): object[] {
  const places = new Map(expectedResults(event).map((result) => [result.registrationId, result]));
  const splits = [...new Set([...event.finishes.values()].flatMap((finish) => finish.splits.map(({ name }) => name)))];
  const time = (ms: number | null | undefined) => ms ?? (behaviour.zeroForNoTime ? 0 : null);
  return event.registrations
    .filter((registration) => registration.removal === null)
    .map((registration) => {
      const { id, externalId, person, bib } = registration;
      const finish = event.finishes.get(id);
      const place = places.get(id);
      const row: Record<string, unknown> = {
        ...(behaviour.showsIds ? { id: externalId ?? String(id) } : {}),
        dorsal: bib ?? '',
        name: person.firstName,
        surname: person.lastName,
        gender: person.gender === null ? '' : genderWords[person.gender],
        birthdate: person.dob ?? '',
        category: categoryOf(registration),
        event: event.name,
        status: statusWords[finish?.status ?? 'not-started'],
        'times.official_:::start:::': time(startOf(finish?.gunMs, finish?.chipMs)),
        ...Object.fromEntries(
          splits.map((name) => [
            `times.official_${name}`,
            time(finish?.splits.find((split) => split.name === name)?.ms),
          ]),
        ),
        'times.official_:::finish:::': time(finish?.gunMs),
        'times.real_:::finish:::': time(finish?.chipMs),
        ...(behaviour.rankings === 'none'
          ? {}
          : {
              'netrankings_:::full-1:::': place?.overallPlace ?? null,
              'netrankings.gen_:::full-1:::': place?.genderPlace ?? null,
            }),
      };
      return behaviour.columns === 'spanish' ? captioned(row) : row;
    });
}

function startOf(gunMs: number | null | undefined, chipMs: number | null | undefined): number | null {
  return typeof gunMs === 'number' && typeof chipMs === 'number' ? gunMs - chipMs : null;
}

function categoryOf({ subEventId, event }: Registration): string {
  return event.subEvents.find((subEvent) => subEvent.id === subEventId)?.name ?? '';
}

function captioned(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).map(([key, value]) => [spanish[key] ?? key, value]));
}
