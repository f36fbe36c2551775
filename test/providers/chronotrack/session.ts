/** A ChronoTrack session on a sandbox, without a network between them. */
import type { ProviderSession } from '../../../src/domain/provider.ts';
import type { ResultPage } from '../../../src/domain/scoring.ts';
import { adapter } from '../../../src/providers/chronotrack/adapter.ts';
import { addAccount, addEvent, addRace, addSubEvent } from '../../../src/sandbox/build-world.ts';
import { createSandbox, type Sandbox } from '../../../src/sandbox/sandbox.ts';
import type { Account, RaceEvent } from '../../../src/sandbox/world.ts';
import { recordedNow, recordingCaller } from '../../http/recording-caller.ts';
import { allOf } from '../scripted-session.ts';

export interface Sample {
  readonly sandbox: Sandbox;
  readonly account: Account;
  /** Two races, started four hours ago. */
  readonly event: RaceEvent;
  /** `GET /api/event/1/results?…`, of all sessions. */
  readonly asked: string[];
  readonly warnings: string[];
  connect(options?: { pageSize?: number }): ProviderSession;
  pull(options?: { pageSize?: number }): Promise<readonly ResultPage[]>;
}

export function sampleEvent(
  additionalConfig: Readonly<Record<string, string>> = { client_id: 'sample-client' },
): Sample {
  const sandbox = createSandbox({ now: () => recordedNow });
  const { world } = sandbox;
  const race = addRace(world, { provider: 'chronotrack', timeZone: 'America/Denver' });
  const subEvents = [addSubEvent(world), addSubEvent(world, '5K', '5000')];
  const startAt = new Date(recordedNow.getTime() - 4 * 3_600_000);
  const event = addEvent(world, race, { startAt, subEvents });
  const account = addAccount(world, {
    provider: 'chronotrack',
    principal: 'timer@example.org',
    secret: 'pass-word',
    additionalConfig,
    races: [race],
  });
  const asked: string[] = [];
  const warnings: string[] = [];
  let token: string | undefined;

  function connect({ pageSize = 1000 } = {}): ProviderSession {
    const baseUrl = new URL('http://sandbox/chronotrack/api');
    const { call, recording } = recordingCaller({
      baseUrl,
      fetch: (url, init) => sandbox.handle(new Request(url, init)),
    });
    return adapter.connect(account, {
      baseUrl,
      pageSize,
      call: async (request) => {
        try {
          return await call(request);
        } finally {
          asked.push(...recording.reserved.splice(0).map((line) => line.replace('/chronotrack', '')));
        }
      },
      tokens: {
        get: async () => token,
        set: async (text) => {
          token = text;
        },
        drop: async () => {
          token = undefined;
        },
      },
      program: {},
      now: () => recordedNow,
      warn: (message) => warnings.push(message),
    });
  }

  return {
    sandbox,
    account,
    event,
    asked,
    warnings,
    connect,
    async pull(options) {
      const { scoring } = connect(options);
      if (scoring?.listResults === undefined) throw new Error('the session lists no results');
      return allOf(scoring.listResults(event.id));
    },
  };
}
