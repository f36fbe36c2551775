/**
 * The scoring event of Copernico as operators write it: `RACE/EVENT`. Copernico itself has two names for a race: presets
 * are asked for by its slug, registrations are sent to its UUID, and no known call leads from one to the other. So the
 * UUIDs may stand behind the names: `spring-run-2026:3f0d7c1e-…/10K`, and `…/10K:5edf72d5-…` for the event's own.
 */
import { UsageError } from '../../domain/errors.ts';

export interface CopernicoEvent {
  /** The slug in preset addresses. */
  readonly race: string;
  readonly raceUuid: string | undefined;
  /** Exactly the event's name in Copernico. */
  readonly event: string;
  readonly eventUuid: string | undefined;
}

const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const pattern = new RegExp(`^([^/:]+)(?::(${uuid}))?/(.+?)(?::(${uuid}))?$`, 'i');
const justUuid = new RegExp(`^${uuid}$`, 'i');

/** An event's name may hold slashes and colons, a race's slug neither. @throws UsageError for anything but `RACE/EVENT`. */
export function parseCopernicoEvent(text: string): CopernicoEvent {
  const [, race = '', raceUuid, event = '', eventUuid] = pattern.exec(text) ?? [];
  // `.` and `..` would be resolved in the address and lead elsewhere.
  if (race === '' || [race, event].some((name) => /^\.{1,2}$/.test(name))) {
    throw new UsageError(`"${text}" is not an event of Copernico: expected RACE/EVENT or RACE:UUID/EVENT`, {
      hint:
        "RACE is the race's name in Copernico's address bar, EVENT exactly the event's name; UUID is the race's id in " +
        "Sportmaniacs' address bar (…/events/races/view/UUID), which push-participants needs.",
    });
  }
  return { race, raceUuid: raceUuid ?? (justUuid.test(race) ? race : undefined), event, eventUuid };
}

/** @throws UsageError where the event was written without the race's UUID. */
export function raceUuidOf({ race, raceUuid, event }: CopernicoEvent): string {
  if (raceUuid !== undefined) return raceUuid;
  throw new UsageError(`${race}/${event} was linked without the UUID of its race, which participants are sent to`, {
    hint:
      `Link it as PARTNER:copernico:${race}:UUID/${event} instead; the UUID stands in Sportmaniacs' address bar on the ` +
      "race's page (…/events/races/view/UUID).",
  });
}
