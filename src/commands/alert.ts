/** `alert test`, `alert unit-failed`: messages that need no database. */
import type { Delivery, Message } from '../domain/alerts.ts';
import { UsageError } from '../domain/errors.ts';
import { exitCodes } from '../domain/exit-codes.ts';
import { testMessage } from '../report/alert-text.ts';
import { deliveriesJson, deliveriesText } from '../report/deliveries-text.ts';
import { hasToldItself, unitFailedMessage } from '../report/unit-failed-text.ts';
import type { Alerting, CommandContext, CommandResult } from './context.ts';

/** @throws UsageError where no channel is set. */
export async function runAlertTest(context: CommandContext): Promise<CommandResult> {
  const { alerting } = context;
  if (!alerting) {
    throw new UsageError('nobody is told of anything: no alert channel is set', {
      hint: 'Set P88SYNC_ALERT_WEBHOOK_URL, or P88SYNC_ALERT_EMAIL_TO, P88SYNC_ALERT_EMAIL_FROM and P88SYNC_SMTP_URL.',
    });
  }
  const deliveries = await sendEverywhere(alerting, testMessage(alerting.host));
  return resultOf(deliveries, {});
}

/** For OnFailure= of the units. @throws UsageError where the unit's name is none. */
export async function runAlertUnitFailed(context: CommandContext, unit: string): Promise<CommandResult> {
  if (!/^[\w@:.\\-]{1,255}$/.test(unit)) throw new UsageError(`${JSON.stringify(unit)} is not the name of a unit`);
  const ended = context.endedUnit();
  const quiet = hasToldItself(ended)
    ? `Nothing is sent: the run of ${unit} told of it itself.`
    : context.alerting
      ? undefined
      : 'Nothing is sent: no alert channel is set.';
  if (quiet !== undefined || !context.alerting) {
    return { exit: 'done', text: quiet ?? '', json: { exitCode: 0, unit, channels: [] } };
  }
  const deliveries = await sendEverywhere(context.alerting, unitFailedMessage(unit, ended, context.alerting.host));
  return resultOf(deliveries, { unit });
}

function sendEverywhere({ channels, send }: Alerting, message: Message): Promise<readonly Delivery[]> {
  return Promise.all(channels.map((channel) => send(channel, message)));
}

function resultOf(deliveries: readonly Delivery[], more: object): CommandResult {
  const exit = deliveries.every(({ status }) => status === 'delivered') ? 'done' : 'someFailed';
  const json = { exitCode: exitCodes[exit].code, ...more, channels: deliveriesJson(deliveries) };
  return { exit, text: deliveriesText(deliveries), json };
}
