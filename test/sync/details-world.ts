/** What the tests of registrations that take a call each are made of: six of them, whose list announces them. */
import type { PlannedUnit } from '../../src/domain/planning.ts';
import type { ParticipantPage, Registration } from '../../src/domain/records.ts';
import type { Database } from '../../src/store/database.ts';
import { readUnread } from '../../src/store/outlines.ts';
import { category, haku, outline } from '../store/store-world.ts';
import { page, syncWorld, type World } from './sync-world.ts';

export const everybody = ['a', 'b', 'c', 'd', 'e', 'f'];

/** A registration of one category. */
export const registration = (id: string, firstName = 'Cy'): Registration => ({
  records: [category(`${id}:5K`, { row: { first_name: firstName } })],
  rejected: [],
});

/** A page of a list; a version behind a dash: `a-v2`. */
export function announcing(ids: readonly string[], changes: Partial<ParticipantPage> = {}): ParticipantPage {
  const outlines = ids.map((text) => {
    const [id = '', fingerprint = 'v1'] = text.split('-');
    return outline(id, fingerprint);
  });
  return page([], { outlines, ...changes });
}

/** A world in which each of the six can be read. */
export async function detailsWorld(database: Database): Promise<World> {
  const world = await syncWorld(database, haku);
  world.script.registrations = Object.fromEntries(everybody.map((id) => [id, registration(id)]));
  return world;
}

/** One in which all of them are announced, and none is read. */
export async function announced(database: Database): Promise<World> {
  const world = await detailsWorld(database);
  world.script.participants = [announcing(everybody)];
  await world.sync(listing(world, 0));
  return world;
}

/** As many registrations as there are. */
export const all = Number.POSITIVE_INFINITY;

export const listing = (world: World, detailCalls: number, changes: Partial<PlannedUnit> = {}): PlannedUnit =>
  world.unit(['e1'], { detailCalls, ...changes });

export const details = (world: World, detailCalls: number): PlannedUnit =>
  listing(world, detailCalls, { kind: 'details' });

/** Ids of those that wait, in the order in which they are read. */
export async function unread(world: World): Promise<readonly string[]> {
  return (await readUnread(world.database.db, world.owner, ['e1'], 100)).map((one) => one.registrationId);
}

/** Ids of the rows. */
export const stored = async (world: World): Promise<readonly string[]> => Object.keys(await world.people()).sort();

export const lastRow = async (world: World) => (await world.history()).at(-1);
