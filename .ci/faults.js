/**
 * The long form of the laboratory. Its seed is the first argument, or another one each time; it is printed, and repeats
 * the run: `npm run test:faults -- 4711`.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const [given, ...rest] = process.argv.slice(2);
const seed = given === undefined ? 1 + Math.floor(Math.random() * 999_999_999) : Number(given);
if (!Number.isSafeInteger(seed) || seed < 1) {
  console.error(`npm run test:faults -- SEED: expected a whole number from 1 up, not "${given}"`);
  process.exit(2);
}
console.log(`The laboratory's long form with seed ${seed}; npm run test:faults -- ${seed} repeats it.`);
const { status } = spawnSync(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--testTimeout=7200000',
    '--maxWorkers=3',
    ...(rest.length > 0 ? rest : ['test/faults']),
  ],
  {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: 'inherit',
    env: { ...process.env, P88SYNC_FAULTS: 'long', P88SYNC_FAULTS_SEED: String(seed) },
  },
);
process.exitCode = status ?? 1;
