/** What happens to the categories of a registration (Haku): it may hold several, each with bib, corral and wave. */
import { UsageError } from '../domain/errors.ts';
import { type CategoryOptions, newCategory } from './build-world.ts';
import { active, setBib, stamp } from './changes.ts';
import type { Category, Registration, World } from './world.ts';

/** One category more, or one that was dropped again. @throws UsageError where it is held already. */
export function addCategory(world: World, id: number, options: CategoryOptions): Registration {
  const registration = active(world, id);
  const categories = categoriesOf(registration);
  const position = categories.findIndex(({ subEventId }) => subEventId === options.subEventId);
  if (categories[position]?.droppedAt === null)
    throw new UsageError(`It already holds category ${options.subEventId}.`);
  const added = newCategory(registration, options);
  const before = categories[position];
  // A row that comes back keeps the bib that it had: a blank erases none.
  if (before === undefined) categories.push(added);
  else categories[position] = { ...added, lastBib: added.bib ?? before.lastBib };
  return stamp(world, registration, `category ${options.subEventId} added`);
}

export type CategoryChange = Partial<Pick<Category, 'bib' | 'corral' | 'wave' | 'active'>>;

/** @throws UsageError where it is not held. */
export function changeCategory(world: World, id: number, subEventId: string, change: CategoryChange): Registration {
  const registration = active(world, id);
  const category = held(registration, subEventId);
  const { bib, ...rest } = change;
  Object.assign(category, rest);
  if (bib !== undefined) {
    if (subEventId === registration.subEventId) return setBib(world, id, bib);
    Object.assign(category, { bib, lastBib: bib ?? category.lastBib });
  }
  return stamp(world, registration, `category ${subEventId} changed`);
}

/** The registration no longer shows it. @throws UsageError where it is not held. */
export function dropCategory(world: World, id: number, subEventId: string): Registration {
  const registration = active(world, id);
  held(registration, subEventId).droppedAt = world.clock().getTime();
  return stamp(world, registration, `category ${subEventId} dropped`);
}

function held(registration: Registration, subEventId: string): Category {
  const category = categoriesOf(registration).find((each) => each.subEventId === subEventId);
  if (category === undefined || category.droppedAt !== null) {
    throw new UsageError(`Registration ${registration.id} holds no category ${subEventId}.`);
  }
  return category;
}

function categoriesOf({ id, categories }: Registration): Category[] {
  if (categories === null) throw new UsageError(`Registration ${id} is of a provider without categories.`);
  return categories;
}
