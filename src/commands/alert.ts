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
    if (context.configuration.alerts.channels.length > 0) {
      throw new UsageError('nobody is told: with --now only channels on this machine are', {
        hint: 'Leave --now out.',
      });
    }
    throw new UsageError('nobody is told of anything: no alert channel is set', {
      hint: 'Set P88SYNC_ALERT_WEBHOOK_URL, or P88SYNC_ALERT_EMAIL_TO, P88SYNC_ALERT_EMAIL_FROM and P88SYNC_SMTP_URL.',
    });
  }
  const deliveries = await sendEverywhere(alerting, testMessage(alerting.host));
  return resultOf(deliveries, {});
}

/** A unit that fails every minute is told once an hour. */
const everyMs = 3_600_000;

/** For OnFailure= of the units. @throws UsageError where the unit's name is none. */
export async function runAlertUnitFailed(context: CommandContext, unit: string): Promise<CommandResult> {
  if (!/^[\w@:.\\-]{1,255}$/.test(unit)) throw new UsageError(`${JSON.stringify(unit)} is not the name of a unit`);
  const ended = context.endedUnit();
  const { alerting, toldUnits } = context;
  const nothing = (why: string): CommandResult => ({
    exit: 'done',
    text: `Nothing is sent: ${why}.`,
    json: { exitCode: 0, unit, channels: [] },
  });
  if (hasToldItself(ended)) return nothing('it is told by the run itself, or by the next tick');
  if (!alerting) return nothing('no alert channel is set');
  const lastAt = await toldUnits?.lastAt(unit);
  const age = lastAt && context.now().getTime() - lastAt.getTime();
  if (age !== undefined && age >= 0 && age < everyMs) return nothing('it was told within the last hour');
  const deliveries = await sendEverywhere(alerting, unitFailedMessage(unit, ended, alerting.host));
  if (deliveries.some(({ status }) => status === 'delivered')) await toldUnits?.note(unit);
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
