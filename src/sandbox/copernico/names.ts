/** How Copernico names what the world holds: a race has a slug and a UUID, an event a name. */
import type { Race, RaceEvent } from '../world.ts';

/** `spring-run-2026`, as it stands in preset addresses. */
export function slugOf(race: Race): string {
  const year = new Date(race.events[0]?.startAt ?? race.createdAt).getUTCFullYear();
  const plain = race.name
    .normalize('NFD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-');
  return `${plain}-${year}`.replace(/-+/g, '-').replace(/^-/, '');
}

/** The event as operators write it for p88sync, with what pushing needs: `spring-run-2026:UUID/10K`. */
export function copernicoEventId(event: RaceEvent): string {
  return `${slugOf(event.race)}:${event.race.id}/${event.name}`;
}
