/** Where people are told of what is wrong, and who is told that the runs take place at all. */
import { isLoopback } from '../http/address.ts';
import type { EmailSettings, MailServer } from '../notify/email.ts';
import { emailAddress, emailAddresses, mailServer, webAddress } from './kinds-of-addresses.ts';
import type { Environment, Reader, Variable } from './reader.ts';

export interface AlertsConfig {
  readonly webhook?: URL;
  readonly email?: EmailSettings;
  /** By the command whose runs are told. */
  readonly heartbeats: { readonly tick?: URL; readonly discover?: URL };
}

const webhookName = 'P88SYNC_ALERT_WEBHOOK_URL';
const toName = 'P88SYNC_ALERT_EMAIL_TO';
const fromName = 'P88SYNC_ALERT_EMAIL_FROM';
const serverName = 'P88SYNC_SMTP_URL';
const heartbeatNames = {
  tick: 'P88SYNC_TICK_HEARTBEAT_URL',
  discover: 'P88SYNC_DISCOVER_HEARTBEAT_URL',
} as const;

const variable = (name: string, meaning: string, secret: boolean): Variable => ({
  name,
  meaning,
  default: undefined,
  secret,
});

export const alertVariables: readonly Variable[] = [
  variable(webhookName, 'Address that alerts are posted to (Slack or what takes the same JSON)', true),
  variable(toName, 'Whom alerts are mailed to; several with commas between them', false),
  variable(fromName, 'Sender of these mails', false),
  variable(serverName, 'Mail server: smtp://USER:PASSWORD@HOST:587 or smtps://USER:PASSWORD@HOST:465', true),
  variable(heartbeatNames.tick, 'Address that each tick is told to (healthchecks.io)', true),
  variable(heartbeatNames.discover, 'Address that each discovery is told to', true),
];

/** The settings of alerts alone: what tells that a run failed must not fail for the same wrong setting. */
export function alertEnvironment(env: Environment): Environment {
  const names = alertVariables.flatMap(({ name, secret }) => (secret ? [name, `${name}_FILE`] : [name]));
  return Object.fromEntries(
    [...names, 'CREDENTIALS_DIRECTORY', 'P88SYNC_HOST'].flatMap((name) =>
      env[name] === undefined ? [] : [[name, env[name]]],
    ),
  );
}

export function readAlerts(reader: Reader): AlertsConfig {
  const webhook = reader.secretValue(webhookName, webAddress);
  const email = readEmail(reader);
  const tick = reader.secretValue(heartbeatNames.tick, webAddress);
  const discover = reader.secretValue(heartbeatNames.discover, webAddress);
  return {
    ...(webhook && { webhook }),
    ...(email && { email }),
    heartbeats: { ...(tick && { tick }), ...(discover && { discover }) },
  };
}

function readEmail(reader: Reader): AlertsConfig['email'] {
  const problemsBefore = reader.problems.length;
  const to = reader.value(toName, emailAddresses);
  const from = reader.value(fromName, emailAddress);
  const server = reader.secretValue(serverName, mailServer);
  if (reader.problems.length > problemsBefore) return undefined;
  if (to !== undefined && from !== undefined && server !== undefined) return { to, from, server };
  const given = Object.entries({ [toName]: to, [fromName]: from, [serverName]: server });
  const isSet = given.find(([, value]) => value !== undefined)?.[0];
  for (const [name, value] of given) {
    if (isSet !== undefined && value === undefined) reader.refuse(`${name}: missing, while ${isSet} is set`);
  }
  return undefined;
}

/** Whether all that goes to an address stays on this machine. */
export function staysHere(address: URL | MailServer): boolean {
  if ('hostname' in address) return isLoopback(address.hostname);
  return isLoopback(address.host.includes(':') ? `[${address.host}]` : address.host);
}
