/** A claim is held for as long as the work takes, and whoever lost it is told before changing anything. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { ClaimLost } from '../../src/domain/errors.ts';
import { abandonDeadClaims, type Claim, claimEvents } from '../../src/store/claims.ts';
import { whileHeld } from '../../src/sync/hold-claim.ts';
import { type OpenStore, openOnPostgres } from '../store/opening.ts';
import { at, historyOf, now, runsignup } from '../store/store-world.ts';
import { syncWorld, type World } from './sync-world.ts';

let store: OpenStore;
beforeAll(async () => {
  store = await openOnPostgres();
});
afterAll(() => store.close());
// Only the beat: the database's driver needs the other timers.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

async function claimed(): Promise<{ world: World; claim: Claim }> {
  const world = await syncWorld(store.database, runsignup);
  const claim = await claimEvents(store.database.db, world.context.identity, {
    owner: world.owner,
    unitId: randomUUID(),
    eventIds: ['100'],
    kind: 'full',
    since: undefined,
    leaseSeconds: 60,
    now,
  });
  if (!claim) throw new Error('the claim was not given');
  return { world, claim };
}

const leaseOf = async (world: World) => (await historyOf(store.database.db, world.owner))[0]?.['lease_until'];

/** A third of the lease later: the beat is made, and reaches the database. */
async function beatAt(world: World, ms: number): Promise<void> {
  world.setClock(ms);
  vi.advanceTimersByTime(20_000);
  await vi.waitUntil(async () => String(await leaseOf(world)) === String(at(ms + 60_000)));
}

test('the lease is extended by itself, three times within its length, and no more when the work is done', async () => {
  const { world, claim } = await claimed();
  const result = await whileHeld(world.context, claim, async () => {
    await beatAt(world, 20_000);
    await beatAt(world, 40_000);
    return 'done';
  });
  expect(result).toBe('done');
  expect(vi.getTimerCount()).toBe(0);
});

test('work that asks extends it at once', async () => {
  const { world, claim } = await claimed();
  await whileHeld(world.context, claim, async (stillOurs) => {
    world.setClock(7_000);
    await stillOurs();
    expect(await leaseOf(world)).toEqual(at(67_000));
  });
});

test('work that lost the claim is stopped', async () => {
  const { world, claim } = await claimed();
  const work = whileHeld(world.context, claim, async (stillOurs) => {
    await abandonDeadClaims(store.database.db, 'host-b', () => undefined, at(61_000));
    await stillOurs();
  });
  await expect(work).rejects.toBeInstanceOf(ClaimLost);
  expect(vi.getTimerCount()).toBe(0);
});

test('an error of the work ends the beat too', async () => {
  const { world, claim } = await claimed();
  const work = whileHeld(world.context, claim, async () => {
    throw new Error('broken');
  });
  await expect(work).rejects.toThrow('broken');
  expect(vi.getTimerCount()).toBe(0);
});
