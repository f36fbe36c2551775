/** `link list`: which registration event is scored as which event of a scoring system. */
import type { Provider } from '../domain/provider.ts';
import { isoOrNull } from './json-text.ts';
import type { Screen } from './paint.ts';
import { type Column, tableLines } from './table-text.ts';

/** A link as lists show it; providers by id. */
export interface ShownLink {
  readonly partnerId: number;
  readonly partner: string;
  readonly providerId: number;
  readonly eventId: string;
  readonly name: string | undefined;
  readonly startAt: Date | undefined;
  readonly scoringProviderId: number;
  readonly scoringEventId: string;
  readonly scoringName: string | undefined;
  readonly credentialId: number | undefined;
  readonly linkedAt: Date;
}

const columns: readonly Column[] = [
  { head: 'REGISTRATION EVENT', min: 24, names: true },
  { head: 'SCORED AS', min: 24, names: true },
  { head: 'CREDENTIAL', align: 'right', drop: 1 },
];

/** Two lines each: names, then what an operator types. */
export function renderLinks(
  links: readonly ShownLink[],
  providers: ReadonlyMap<number, Provider>,
  screen: Screen,
): string {
  const lines = links.flatMap((link) => {
    const { registration, scoring, credentialId } = linkJson(link, providers);
    return [
      {
        cells: [
          registration.name ?? '(not known)',
          scoring.name ?? '(no name)',
          credentialId === null ? 'removed' : String(credentialId),
        ],
      },
      { cells: [registration.id, scoring.id, ''], style: 'dim' as const },
    ];
  });
  return tableLines(columns, lines, screen).join('\n');
}

/** Fields are added, never renamed. */
export function linkJson(link: ShownLink, providers: ReadonlyMap<number, Provider>) {
  const spec = (providerId: number, eventId: string) =>
    `${link.partnerId}:${providers.get(providerId)?.name ?? providerId}:${eventId}`;
  return {
    partnerId: link.partnerId,
    partner: link.partner,
    registration: {
      /** What `sync-event` takes. */
      id: spec(link.providerId, link.eventId),
      provider: providers.get(link.providerId)?.name ?? null,
      eventId: link.eventId,
      name: link.name ?? null,
      startAt: isoOrNull(link.startAt),
    },
    scoring: {
      /** What `push-participants` and `pull-results` take. */
      id: spec(link.scoringProviderId, link.scoringEventId),
      provider: providers.get(link.scoringProviderId)?.name ?? null,
      eventId: link.scoringEventId,
      name: link.scoringName ?? null,
    },
    /** Null: it was removed. */
    credentialId: link.credentialId ?? null,
    linkedAt: link.linkedAt.toISOString(),
  };
}
