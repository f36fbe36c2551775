/** Messages to a webhook of Slack, or of what takes Slack's JSON (Mattermost, Rocket.Chat, Discord with /slack). */
import type { Delivery, Message } from '../domain/alerts.ts';
import { isTaken, post } from './post.ts';

export async function sendToWebhook(url: URL, message: Message, limitMs: number): Promise<Delivery> {
  const posted = await post(url, {
    // Without mrkdwn a race named *Run* would be bold, and one named ~Run~ struck out.
    body: JSON.stringify({ text: escaped(`${message.subject}\n${message.text}`), mrkdwn: false }),
    contentType: 'application/json; charset=utf-8',
    limitMs,
  });
  if (isTaken(posted)) return { channel: 'webhook', status: 'delivered', reason: undefined };
  return { channel: 'webhook', status: posted.kind === 'unanswered' ? 'unknown' : 'failed', reason: posted.reason };
}

/** Slack's three: <!channel> would call everybody, <https://…|text> hide where a link leads. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
