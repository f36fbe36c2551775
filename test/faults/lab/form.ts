/**
 * The two forms of the laboratory: the short one is part of `npm test`, the long one is `npm run test:faults`. Both draw
 * their chances from one seed, which every run prints and which repeats it: P88SYNC_FAULTS_SEED.
 */

export const isLong = process.env['P88SYNC_FAULTS'] === 'long';

/** The long form takes another seed each time, unless one is given. */
export const seed = Number(process.env['P88SYNC_FAULTS_SEED'] ?? 20_260_912);

/** How much of something each form does. */
export function amount(short: number, long: number): number {
  return isLong ? long : short;
}

/** All in the long form; in the short one so many of them, which the seed chooses. @param name of the experiment. */
export function some<Item>(all: readonly Item[], count: number, name: string): readonly Item[] {
  if (isLong || all.length <= count) return all;
  const chosen = new Set(
    chancesOf(name)
      .shuffled([...all.keys()])
      .slice(0, count),
  );
  return all.filter((_, index) => chosen.has(index));
}

/** Chances of one experiment: the same for the same seed and name, whatever other experiments draw. */
export interface Chances {
  /** 0 ≤ x < 1. */
  next(): number;
  /** A whole number from 0 to `n` − 1. */
  below(n: number): number;
  pick<Item>(items: readonly Item[]): Item;
  shuffled<Item>(items: readonly Item[]): Item[];
}

export function chancesOf(name: string): Chances {
  const next = mulberry32(hashOf(`${seed} ${name}`));
  const below = (n: number) => Math.floor(next() * n);
  return {
    next,
    below,
    pick: <Item>(items: readonly Item[]) => items[below(items.length)] as Item,
    shuffled: <Item>(items: readonly Item[]) =>
      items
        .map((item) => ({ item, at: next() }))
        .sort((a, b) => a.at - b.at)
        .map(({ item }) => item),
  };
}

/** Tells the person who runs the laboratory; what could not be tried here is said and is no failure. */
export function tell(line: string): void {
  process.stdout.write(`faults: ${line}\n`);
}

/** Tommy Ettinger's mulberry32: 32 bits of state are enough to choose moments with. */
function mulberry32(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
