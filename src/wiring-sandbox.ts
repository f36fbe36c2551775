/** What `sandbox` and `demo` need beside the rest: the stand-ins served here, this program as a process, a folder. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import type { CommandContext, ProcessResult, RunningSandbox } from './commands/context.ts';
import { UsageError } from './domain/errors.ts';
import { reasonOf } from './domain/system-errors.ts';
import { copernicoEventId } from './sandbox/copernico/names.ts';
import { demoAccountName, demoAccounts } from './sandbox/demo-accounts.ts';
import { demoWorld } from './sandbox/demo-world.ts';
import { expectedOf } from './sandbox/expected.ts';
import { createSandbox } from './sandbox/sandbox.ts';
import { serveSandbox } from './sandbox/serve.ts';
import { sandboxEnvironment } from './sandbox/stand-ins.ts';
import { accountOf, eventOf, type SandboxProvider } from './sandbox/world.ts';
import { terminalColumns } from './wiring-terminal.ts';

export async function startSandbox(port: number): Promise<RunningSandbox> {
  const now = () => new Date();
  const sandbox = createSandbox({ now, world: demoWorld(now()) });
  const server = await serveSandbox(sandbox, { port }).catch((cause: NodeJS.ErrnoException) => {
    throw new UsageError(`port ${port} cannot be listened on: ${reasonOf(cause)}`, {
      hint: 'Choose another with --port; 0 takes a free one.',
      cause,
    });
  });
  return {
    url: server.url,
    environment: sandboxEnvironment(server.url),
    accounts: demoAccounts,
    expected: async (company, provider) => {
      const account = accountOf(sandbox.world, demoAccountName({ company, provider: provider as SandboxProvider }));
      const { events, registrations } = expectedOf(sandbox.world.events.values(), account);
      const at = now().getTime();
      return {
        events: events.map((event) => ({
          ...event,
          namedAs:
            account.provider === 'copernico'
              ? copernicoEventId(eventOf(sandbox.world, 'copernico', event.eventId))
              : event.eventId,
          startsInMs: Date.parse(event.startAt) - at,
        })),
        registrations,
      };
    },
    control: async (action, body) => {
      const answer = await sandbox.handle(
        new Request(`${server.url}/control/${action}`, {
          method: 'POST',
          body: JSON.stringify(body),
          headers: { 'content-type': 'application/json' },
        }),
      );
      if (!answer.ok) throw new Error(`the sandbox refused ${action}: ${await answer.text()}`);
    },
    close: server.close,
  };
}

/** Nothing of the caller's p88sync or database settings reaches the process: it has its own world. */
export async function runSelf(
  args: readonly string[],
  options: { environment: Readonly<Record<string, string>>; input: string },
  signal: AbortSignal,
): Promise<ProcessResult> {
  const inherited = Object.entries(process.env).filter(
    ([name]) =>
      !/^(P88SYNC_|PG|POSTGRES_|DB_|DATABASE_URL|STATE_DIRECTORY|CREDENTIALS_DIRECTORY|JOURNAL_STREAM)/.test(name),
  );
  const columns = terminalColumns(process.stdout, process.env);
  const child = spawn(process.execPath, [process.argv[1] ?? '', ...args], {
    env: { ...Object.fromEntries(inherited), COLUMNS: String(columns), ...options.environment },
    stdio: ['pipe', 'pipe', 'pipe'],
    signal,
  });
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
  child.stdin.on('error', () => undefined).end(options.input);
  const [stdout, stderr, exitCode] = await Promise.all([readAll(child.stdout), readAll(child.stderr), ended]);
  return { exitCode, stdout, stderr };
}

export const makeTemporaryFolder: CommandContext['makeTemporaryFolder'] = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'p88sync-demo-'));
  return {
    environment: { P88SYNC_DATA_DIR: folder, P88SYNC_ENCRYPTION_KEY: randomBytes(32).toString('base64') },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
};
