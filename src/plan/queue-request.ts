/** From a row of sync_queue to what it asks for. Other programs write the rows, so nothing is taken for granted. Pure. */
import type { Json } from '../domain/json.ts';
import type { QueuedItem, QueueRequest } from '../domain/queue.ts';

/** `Participants`, ` PULL `: other programs spell as they like. */
const word = (text: string | undefined) => text?.trim().toLowerCase() ?? '';

export function requestOf(item: QueuedItem): QueueRequest {
  const { partnerId, providerId, eventId } = item;
  const operation = word(item.operation);
  const direction = word(item.direction) || 'pull';
  const asked = `${operation} ${direction}`;
  if (partnerId === undefined) return refusal('it names no timing_partner_id');
  if (asked === 'events pull') return { kind: 'discover', partnerId, providerId, eventId };
  if (asked === 'participants pull') {
    if (providerId === undefined) return refusal('it names no provider_id');
    return { kind: 'sync', partnerId, providerId, eventId, full: isTrue(item.payload, 'full') };
  }
  const scoring = scoringWork[asked];
  if (scoring === undefined) {
    return refusal(
      `operation_type "${item.operation}" with sync_direction "${item.direction ?? ''}" is not known: expected events (pull), participants or results (pull, push)`,
    );
  }
  if (providerId === undefined) return refusal('it names no provider_id');
  if (eventId === undefined) return refusal('it names no event_id');
  if (scoring === 'publish' && !isTrue(item.payload, 'confirmed')) {
    return refusal('publishing results is a person\'s decision: the payload lacks {"confirmed": true}');
  }
  return { kind: scoring, partnerId, providerId, eventId };
}

const scoringWork: Readonly<Record<string, 'push' | 'results' | 'publish'>> = {
  'participants push': 'push',
  'results pull': 'results',
  'results push': 'publish',
};

function refusal(reason: string): QueueRequest {
  return { kind: 'refusal', reason };
}

function isTrue(payload: Json, name: string): boolean {
  return typeof payload === 'object' && payload !== null && !Array.isArray(payload) && payload[name] === true;
}

/** `participants pull of 1:runsignup:974559`, with ids where a name is not known. */
export function queueWords(
  item: Pick<QueuedItem, 'operation' | 'direction' | 'partnerId' | 'providerId' | 'eventId'>,
  providerName: (providerId: number) => string | undefined,
): string {
  const { partnerId, providerId, eventId } = item;
  const provider = providerId === undefined ? undefined : (providerName(providerId) ?? String(providerId));
  const whose = [partnerId === undefined ? '?' : String(partnerId), provider, eventId].filter(
    (part) => part !== undefined,
  );
  return `${word(item.operation)} ${word(item.direction) || 'pull'} of ${whose.join(':')}`;
}
