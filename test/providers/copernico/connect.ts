/** A session with Copernico's stand-in where Copernico is, over real HTTP handling. */
import type { CallApi } from '../../../src/domain/provider.ts';
import type { ScoringSession } from '../../../src/domain/scoring.ts';
import { adapter } from '../../../src/providers/copernico/adapter.ts';
import { addAccount, addEvent, addRace } from '../../../src/sandbox/build-world.ts';
import { createSandbox } from '../../../src/sandbox/sandbox.ts';
import { recordingCaller } from '../../http/recording-caller.ts';

export const now = new Date('2026-04-18T18:00:00Z');
export const login = 'timer@example.org';
const baseUrl = new URL('http://127.0.0.1/copernico');

/** One account, one event of this morning, nobody in it. */
export function copernicoWorld(eventName = '10K') {
  const sandbox = createSandbox({ now: () => now });
  const race = addRace(sandbox.world, { provider: 'copernico', name: 'Carrera de la Mujer' });
  const event = addEvent(sandbox.world, race, { name: eventName, startAt: new Date('2026-04-18T07:00:00Z') });
  addAccount(sandbox.world, {
    provider: 'copernico',
    principal: login,
    secret: 'hush',
    additionalConfig: { preset: 'All & everyone' },
    races: [race],
  });
  const warnings: unknown[] = [];
  const requests: Request[] = [];
  const { call, recording } = recordingCaller({
    baseUrl,
    fetch: (url, init) => {
      const request = new Request(url, init);
      requests.push(request.clone());
      return sandbox.handle(request);
    },
  });
  const connect = (credential: { secret?: string; preset?: string } = {}) =>
    scoringOver({ call, baseUrl, preset: 'All & everyone', warnings, ...credential });
  return { sandbox, race, event, connect, warnings, requests, logged: recording.reserved };
}

/** A session whose calls go where `call` leads. */
export function scoringOver(options: {
  call: CallApi;
  baseUrl: URL;
  preset?: string;
  secret?: string;
  warnings?: unknown[];
}): Required<ScoringSession> {
  const { scoring } = adapter.connect(
    { principal: login, secret: options.secret ?? 'hush', additionalConfig: { preset: options.preset ?? 'all' } },
    {
      baseUrl: options.baseUrl,
      pageSize: 500,
      call: options.call,
      tokens: { get: async () => undefined, set: async () => undefined, drop: async () => undefined },
      program: {},
      now: () => now,
      warn: (message, fields) => options.warnings?.push([message, fields]),
    },
  );
  const { pushParticipants, pushBatch, listResults, findEvent } = scoring ?? {};
  if (!pushParticipants || !pushBatch || !listResults || !findEvent)
    throw new Error('a part of the session is missing');
  return { pushParticipants, pushBatch, listResults, findEvent };
}
