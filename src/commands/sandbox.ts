/** `sandbox`: stand-ins of the providers on this machine, until it is told to end. */
import { UsageError } from '../domain/errors.ts';
import { jsonText } from '../report/json-text.ts';
import type { CommandContext, CommandResult, RunningSandbox } from './context.ts';

export async function runSandbox(context: CommandContext, options: { port: string }): Promise<CommandResult> {
  const port = Number(options.port);
  if (!/^\d+$/.test(options.port) || port > 65_535)
    throw new UsageError(`--port ${options.port}: expected a port from 0 to 65535`);
  const sandbox = await context.startSandbox(port);
  // Whoever starts it needs the address now, not when it ends.
  await context.terminal.print(context.json ? jsonText(told(sandbox)) : instructions(sandbox));
  await new Promise<void>((resolve) => {
    if (context.signal.aborted) resolve();
    context.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await sandbox.close();
  return { exit: 'done', text: 'The sandbox has ended.', json: undefined };
}

function told({ url, environment, accounts }: RunningSandbox) {
  return { url, environment, accounts };
}

function instructions(sandbox: RunningSandbox): string {
  return [
    `The sandbox listens on ${sandbox.url}. Point p88sync at it:`,
    ...Object.entries(sandbox.environment).map(([name, value]) => `  export ${name}=${value}`),
    'Credentials it accepts:',
    ...sandbox.accounts.map(
      (one) =>
        `  ${one.company}, ${one.provider}: --principal ${one.principal}, secret ${JSON.stringify({ secret: one.secret, additional_config: one.additionalConfig })}`,
    ),
    `Change its data with POST ${sandbox.url}/control/<action>; GET ${sandbox.url}/control lists the actions.`,
    'Ctrl+C ends it.',
  ].join('\n');
}
