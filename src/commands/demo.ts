/** `demo`: the whole job as an operator would do it, command by command, on the embedded database against the sandbox. */
import { exitCodes } from '../domain/exit-codes.ts';
import type { CommandContext, CommandResult, RunningSandbox } from './context.ts';

interface Step {
  readonly command: string;
  readonly exitCode: number;
}

const minuteMs = 60_000;
/** The medium events are due again too. */
const secondTickMs = 16 * minuteMs;
/** The half marathon starts 80 minutes after the demo: its last runner is in. */
const thirdTickMs = 180 * minuteMs;

export async function runDemo(context: CommandContext): Promise<CommandResult> {
  const folder = await context.makeTemporaryFolder();
  const sandbox = await context.startSandbox(0);
  const steps: Step[] = [];
  const { print } = context.terminal;
  const environment = {
    ...sandbox.environment,
    ...folder.environment,
    P88SYNC_PACE_MS: '50',
    P88SYNC_LOG_LEVEL: 'error',
  };
  const p88sync = async (args: readonly string[], input = '') => {
    const shown = `p88sync ${args.map((arg) => (/[\s{]/.test(arg) ? JSON.stringify(arg) : arg)).join(' ')}`;
    if (!context.json) await print(`\n$ ${shown}`);
    const result = await context.runSelf(args, { environment, input });
    steps.push({ command: shown, exitCode: result.exitCode });
    if (!context.json) await print(`${result.stdout}${result.stderr}`.trimEnd());
    if (result.exitCode !== 0)
      throw new Error(`the demo's "${shown}" ended with ${result.exitCode}: ${result.stderr || result.stdout}`);
  };
  const say = async (text: string) => {
    if (!context.json) await print(`\n── ${text}`);
  };
  try {
    await say('The embedded database, two timing partners, and what they log in with at their providers.');
    await p88sync(['migrate']);
    const companies = [...new Set(sandbox.accounts.map((one) => one.company))].slice(0, 2);
    for (const company of companies) await p88sync(['partners', 'add', company]);
    for (const account of sandbox.accounts.filter((one) => companies.includes(one.company))) {
      const secret = JSON.stringify({ secret: account.secret, additional_config: account.additionalConfig });
      await p88sync(
        ['credentials', 'add', `${account.company}:${account.provider}`, '--principal', account.principal],
        secret,
      );
    }
    await say('Which events are ahead? Then the first tick: every event is new, so everybody comes in.');
    await p88sync(['discover']);
    await p88sync(['tick']);
    const race = await halfMarathon(sandbox);
    await say('The half marathon is scored by Copernico: its people go there from now on, after every sync.');
    await p88sync(['link', race.registration, race.scoring]);
    await p88sync(['push-participants', race.registration]);
    await say(`Meanwhile at the providers: ${await changeTheWorld(sandbox)}.`);
    const at = async (ms: number) => {
      const now = new Date(context.now().getTime() + ms);
      await sandbox.control('clock', { now: now.toISOString() });
      return now.toISOString();
    };
    await say('16 minutes later: the next tick asks only for what changed, and Copernico is told.');
    await p88sync(['tick', '--now', await at(secondTickMs)]);
    await sandbox.control('run-event', {
      provider: 'copernico',
      eventId: race.finishesOf,
      splits: ['5K', '10K', '15K'],
    });
    await say('Three hours later, the half marathon was run: the tick brings its results.');
    const afterwards = await at(thirdTickMs);
    await p88sync(['tick', '--now', afterwards]);
    await say('Looked at and approved, they are published at RunSignUp.');
    await p88sync(['publish-results', race.registration, '--yes']);
    await p88sync(['status', '--now', new Date(Date.parse(afterwards) + 20_000).toISOString()]);
    await say(
      'That was the whole job: timers start `discover` twice a day and `tick` every minute; the rest is for people.',
    );
    return { exit: 'done', text: '', json: { exitCode: exitCodes.done.code, steps } };
  } finally {
    await sandbox.close();
    await folder.remove();
  }
}

/** The race that is scored by Copernico, as `link` names its two ends. */
async function halfMarathon(sandbox: RunningSandbox) {
  const find = async (provider: string) => {
    const { events } = await sandbox.expected('Peak Timing', provider);
    const event = events.find(
      (one) => one.name === 'Half Marathon' && one.startsInMs > 0 && one.startsInMs < thirdTickMs,
    );
    if (!event) throw new Error(`the demo world has no half marathon at ${provider}`);
    return event;
  };
  const [registration, scoring] = [await find('runsignup'), await find('copernico')];
  return {
    registration: `1:runsignup:${registration.namedAs}`,
    scoring: `1:copernico:${scoring.namedAs}`,
    finishesOf: scoring.eventId,
  };
}

/** @returns what happened, in words. */
async function changeTheWorld(sandbox: RunningSandbox): Promise<string> {
  const { events, registrations } = await sandbox.expected('Peak Timing', 'runsignup');
  const upcoming = events.filter((event) => !event.volunteer && event.startsInMs > 0);
  const [first, second] = upcoming;
  if (!first || !second) throw new Error('the demo world has no two upcoming events');
  const people = registrations.filter((one) => one.eventId === first.eventId && !one.removedReason);
  const [runner, refunded, moved] = [people[3], people[7], people[11]];
  if (!runner || !refunded || !moved) throw new Error('the demo world has too few registrations');
  await sandbox.control('register', { provider: 'runsignup', eventId: first.eventId, count: 4 });
  await sandbox.control('set-bib', { registrationId: Number(runner.id), bib: '9001' });
  await sandbox.control('refund', { registrationId: Number(refunded.id) });
  await sandbox.control('transfer', { registrationId: Number(moved.id), toEventId: second.eventId });
  return `four new registrations, a bib change and a refund for "${first.name}", and a transfer from there to "${second.name}"`;
}
