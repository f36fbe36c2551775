/** Sends a message on one of the channels that are set. */
import type { Channel, Delivery, Message } from '../domain/alerts.ts';
import { type EmailSettings, sendByEmail } from './email.ts';
import { sendToWebhook } from './webhook.ts';

export interface ChannelSettings {
  readonly webhook?: URL;
  readonly email?: EmailSettings;
}

/** Never throws. @param limitMs after which it is given up. */
export async function send(
  { webhook, email }: ChannelSettings,
  channel: Channel,
  message: Message,
  limitMs: number,
): Promise<Delivery> {
  try {
    if (channel === 'webhook' && webhook) return await sendToWebhook(webhook, message, limitMs);
    if (channel === 'email' && email) return await sendByEmail(email, message, limitMs);
    return { channel, status: 'failed', reason: 'it is not set' };
  } catch (error) {
    return { channel, status: 'failed', reason: error instanceof Error ? error.name : 'an error' };
  }
}
