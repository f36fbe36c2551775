/** Citus cannot be run here. What the README says of the tables is held to the schema: each is named, and has the keys it needs. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { sectionOf } from '../docs/readme-blocks.ts';

const schema = readFileSync(new URL('../store/schema.sql', import.meta.url), 'utf8');
const tables = new Map(
  [...schema.matchAll(/^create table (\w+) \((.*?)^\);/gms)].map(([, name = '', body = '']) => [name, body]),
);

/** Names in the item that begins so; one that ends with `_` stands for all that begin with it. */
function named(item: string): string[] {
  const text =
    sectionOf('### Citus')
      .split(/^- /m)
      .find((each) => each.startsWith(item)) ?? '';
  const words = [...text.matchAll(/`([a-z0-9]+_?[a-z0-9_]*)`/g)].map(([, word = '']) => word);
  return words.flatMap((word) =>
    [...tables.keys()].filter((name) => (word.endsWith('_') ? name.startsWith(word) : name === word)),
  );
}

const distributed = named('distributed');
const reference = named('reference');
const local = named('left on the coordinator');

test('every table of the schema has one place', () => {
  expect([...distributed, ...reference, ...local].sort()).toEqual([...tables.keys()].sort());
  expect(distributed.length).toBeGreaterThan(15);
});

test('every key of a distributed table holds the partner, but for a primary key of the id alone', () => {
  const keys = distributed.flatMap((name) =>
    [...(tables.get(name) ?? '').matchAll(/(?:PRIMARY KEY|UNIQUE) \((.+?)\)/g)].map(
      ([, key = '']) => `${name}: ${key}`,
    ),
  );
  expect(keys.filter((key) => !/\btiming_partner_id\b/.test(key) && !key.endsWith(': id'))).toEqual([]);
  expect(keys.length).toBeGreaterThan(distributed.length);
});

test('what a distributed table refers to lies with it, or everywhere', () => {
  const targets = distributed.flatMap((name) =>
    [...(tables.get(name) ?? '').matchAll(/FOREIGN KEY \((.+?)\) REFERENCES (\w+)/g)].map(
      ([, key = '', target = '']) => ({
        key,
        target,
      }),
    ),
  );
  expect(targets.filter(({ target }) => ![...distributed, ...reference].includes(target))).toEqual([]);
  const together = targets.filter(({ target }) => distributed.includes(target));
  expect(together.filter(({ key }) => !key.startsWith('timing_partner_id'))).toEqual([]);
});
