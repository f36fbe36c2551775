/** Starts the providers' process, and makes its accounts credentials of the partners they name. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { runCredentialsAdd } from '../../src/commands/credentials.ts';
import { runPartnersAdd } from '../../src/commands/partners.ts';
import type { ReceivedCall } from '../../src/sandbox/calls.ts';
import type { Account } from '../../src/sandbox/world.ts';
import { inProcess } from '../e2e/in-process.ts';
import type { BenchDatabase } from './databases.ts';
import type { WorldOrder } from './worlds.ts';

export interface ProviderOrder {
  readonly world: WorldOrder;
  /** ISO: when it is, in that world. */
  readonly now: string;
  /** Answers are made once and kept. */
  readonly remember: boolean;
}

export type ProviderAccount = Pick<Account, 'company' | 'provider' | 'principal' | 'secret' | 'additionalConfig'>;

export interface ProviderTold {
  readonly url: string;
  readonly accounts: readonly ProviderAccount[];
}

export interface RunningProvider extends ProviderTold {
  /** What points p88sync at it. */
  readonly env: Readonly<Record<string, string>>;
  /** One change, as POST /control/<action> makes it. */
  control(action: string, body?: unknown): Promise<void>;
  calls(): Promise<ReceivedCall[]>;
  close(): Promise<void>;
}

export async function startProvider(
  world: WorldOrder,
  options: { now: Date; remember?: boolean },
): Promise<RunningProvider> {
  const order: ProviderOrder = { world, now: options.now.toISOString(), remember: options.remember ?? false };
  const entry = fileURLToPath(new URL('provider-process.js', import.meta.url));
  const child = spawn(process.execPath, ['--max-old-space-size=4096', entry, JSON.stringify(order)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const line = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).once('line', resolve);
    child.once('exit', (code) => reject(new Error(`the providers' process ended with ${code}`)));
  });
  const told = JSON.parse(line) as ProviderTold;
  return {
    ...told,
    env: {
      P88SYNC_RUNSIGNUP_URL: `${told.url}/runsignup`,
      P88SYNC_RACEROSTER_URL: `${told.url}/raceroster/v1`,
    },
    control: async (action, body = {}) => {
      const answer = await fetch(`${told.url}/control/${action}`, { method: 'POST', body: JSON.stringify(body) });
      if (!answer.ok) throw new Error(`the sandbox refused ${action}: ${await answer.text()}`);
    },
    calls: async () => (await (await fetch(`${told.url}/control/calls`)).json()) as ReceivedCall[],
    close: async () => {
      child.stdin.end();
      await exited;
    },
  };
}

/** Partners are numbered in the order in which the accounts name them. */
export async function addCredentials({ env }: BenchDatabase, accounts: readonly ProviderAccount[]): Promise<void> {
  for (const company of new Set(accounts.map((account) => account.company))) {
    await inProcess((context) => runPartnersAdd(context, company, {}), { env });
  }
  for (const { company, provider, principal, secret, additionalConfig } of accounts) {
    const input = JSON.stringify({ secret, additional_config: additionalConfig });
    await inProcess((context) => runCredentialsAdd(context, `${company}:${provider}`, { principal }), { env, input });
  }
}
