import { expect, test } from 'vitest';
import { readTree } from '../architecture/source-tree.ts';

/** In transaction mode PgBouncer gives every transaction another session: what a session keeps would be somebody else's. */
const sessionState = [
  /\bset\s+(session|time zone|search_path|role|statement_timeout|timezone)\b/i,
  // With `true` it ends with the transaction, as `set local` does.
  /\bset_config\s*\((?![^)]*,\s*true\s*\))/i,
  /\b(un)?listen\s+["'`a-z]+/,
  /\bpg_(try_)?advisory_lock\w*/i,
  /\bpg_advisory_unlock\w*/i,
  /\b(create|drop)\s+temp(orary)?\b/i,
  /\bprepare\s+\w+\s+as\b/i,
  /\bwith hold\b/i,
  /\bdiscard\s+(all|temp|plans)\b/i,
];

test('the store keeps no state in a session', () => {
  const found = readTree('src/store').flatMap(({ path, text }) =>
    [...text.matchAll(/`[^`]*`/g)].flatMap(([sql]) =>
      sessionState.filter((one) => one.test(sql)).map((one) => `${path}: ${one}`),
    ),
  );
  expect(found).toEqual([]);
});

test.each([
  'set session characteristics as x',
  'SET search_path to x',
  'select pg_advisory_lock(1)',
  'select pg_try_advisory_lock(1)',
  'create temp table x ()',
  'listen jobs',
  "select set_config('timezone', 'UTC', false)",
])('would find %s', (sql) => {
  expect(sessionState.some((one) => one.test(sql))).toBe(true);
});
