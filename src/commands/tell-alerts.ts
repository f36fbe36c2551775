/** The end of `tick` and `discover`: people are told what is wrong and what is well again. Loaded where a channel is set. */
import type { AlertToTell, Channel, Delivery } from '../domain/alerts.ts';
import { planAlerts } from '../plan/alerts.ts';
import { alertMessage } from '../report/alert-text.ts';
import { readAlertFacts } from '../store/alert-facts.ts';
import { claimAlerts, forgetAlerts, settleAlerts } from '../store/alerts.ts';
import type { Alerting, CommandContext, Workspace } from './context.ts';
import { startsFrom } from './sync-setup.ts';

/** Never throws, and takes as long as a message may take: what a run did is not worth less because nobody could be told. */
export async function tellAlerts(context: CommandContext, workspace: Workspace, alerting: Alerting): Promise<void> {
  try {
    await tell(context, workspace, alerting);
  } catch (error) {
    context.log.warn({ error }, 'it could not be looked up whom to alert; the next run tries again');
  }
}

async function tell(context: CommandContext, workspace: Workspace, alerting: Alerting): Promise<void> {
  const { database, providerIds, clock } = workspace;
  const now = clock.now();
  const facts = await readAlertFacts(database.db, providerIds.byId, {
    now,
    eventsFrom: startsFrom(context, now),
    resultsFrom: new Date(now.getTime() - context.settings.scoring.resultsUntilHours * 3_600_000),
  });
  const plan = planAlerts(facts, alerting.channels, now);
  if (plan.forget.length > 0) await forgetAlerts(database.db, plan.forget);
  if (plan.tell.length === 0) return;
  const ours = await claimAlerts(database.db, plan.tell, now);
  if (ours.length === 0) return;
  const deliveries = await Promise.all(alerting.channels.map((channel) => sendOn(channel, ours, context, alerting)));
  const came = new Map(deliveries.flatMap((one) => (one ? [[one.channel, one.status] as const] : [])));
  await settleAlerts(
    database.db,
    ours.map(({ fact, channels }) => ({
      fact,
      delivered: channels.some((channel) => came.get(channel) === 'delivered'),
      waiting: channels.filter((channel) => came.get(channel) === 'failed'),
    })),
    now,
    clock.now(),
  );
}

/** One message for all that is new on this channel; undefined where nothing is. */
async function sendOn(
  channel: Channel,
  ours: readonly AlertToTell[],
  context: CommandContext,
  { send, host }: Alerting,
): Promise<Delivery | undefined> {
  const told = ours.filter((one) => one.channels.includes(channel));
  if (told.length === 0) return undefined;
  const delivery = await send(channel, alertMessage(told, host));
  const fields = { channel, causes: told.map(({ fact }) => fact.cause), reason: delivery.reason };
  if (delivery.status === 'delivered') context.log.info(fields, 'alert sent');
  else if (delivery.status === 'failed') context.log.warn(fields, 'the alert was not taken; the next run tries again');
  else
    context.log.warn(
      fields,
      'the alert was answered by nobody, so it may have arrived; it is sent again in an hour unless another channel took it',
    );
  return delivery;
}
