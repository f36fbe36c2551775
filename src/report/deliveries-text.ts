/** What came of a message on each channel. */
import type { Channel, Delivery } from '../domain/alerts.ts';

export const channelNames: Readonly<Record<Channel, string>> = { webhook: 'webhook', email: 'e-mail' };

const words: Readonly<Record<Delivery['status'], string>> = {
  delivered: 'taken',
  failed: 'not taken',
  unknown: 'no answer, it may have arrived',
};

/** A line each. */
export function deliveriesText(deliveries: readonly Delivery[]): string {
  return deliveries
    .map(({ channel, status, reason }) => `${channelNames[channel]}: ${words[status]}${reason ? `: ${reason}` : ''}`)
    .join('\n');
}

export function deliveriesJson(deliveries: readonly Delivery[]) {
  return deliveries.map(({ channel, status, reason }) => ({ channel, status, reason: reason ?? null }));
}
