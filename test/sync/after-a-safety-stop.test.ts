import { afterAll, beforeAll, expect, test } from 'vitest';
import type { EventState } from '../../src/domain/planning.ts';
import { defaultSettings } from '../../src/domain/settings.ts';
import { unitsAskedFor } from '../../src/plan/asked-units.ts';
import { readCredentialStates, readEventStates } from '../../src/store/due.ts';
import { type OpenPostgresStore, openOnPostgres } from '../store/opening.ts';
import { at, entrant, hour, minute, raceroster } from '../store/store-world.ts';
import { page, syncWorld, type World } from './sync-world.ts';

let store: OpenPostgresStore;
beforeAll(async () => {
  store = await openOnPostgres();
});
afterAll(() => store.close());

/** What the next tick would do with the event at `ms` from the beginning. */
async function next(world: World, ms: number): Promise<{ kind: string | undefined; state: EventState | undefined }> {
  const { db } = store.database;
  const { partnerId, providerId } = world.owner;
  const providers = new Map([[providerId, raceroster]]);
  const filter = { partnerId, providerId, eventId: 'e1', startsFrom: undefined };
  const events = await readEventStates(db, providers, filter, at(ms));
  const credentials = await readCredentialStates(db, providers, () => undefined, at(ms));
  const [unit] = unitsAskedFor({
    events,
    credentials,
    kind: 'as-due',
    reason: '',
    now: at(ms),
    settings: defaultSettings,
  });
  return { kind: unit?.kind, state: events[0] };
}

test('an event goes on incrementally until a day has passed or a person has spoken', async () => {
  const all = Array.from({ length: 30 }, (_, index) => entrant(`p${index}`));
  const world = await syncWorld(store.database, raceroster);
  world.script.participants = [page(all)];
  await world.sync(world.unit(['e1']));
  const stopAt = 25 * hour;
  expect((await next(world, stopAt)).kind).toBe('full');

  world.setClock(stopAt);
  world.script.participants = [page(all.slice(20))];
  expect(await world.sync(world.unit(['e1']))).toMatchObject({ failure: { kind: 'SafetyStop' } });
  const after = await next(world, stopAt + minute);
  expect(after).toMatchObject({ kind: 'incremental', state: { listingStoppedAt: at(stopAt) } });
  expect((await next(world, stopAt + 25 * hour)).kind).toBe('full');

  world.setClock(stopAt + hour);
  await world.sync(world.unit(['e1']), { allowMassRemoval: true });
  expect((await next(world, stopAt + 2 * hour)).state?.listingStoppedAt).toBeUndefined();
});
