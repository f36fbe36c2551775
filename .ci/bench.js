/**
 * Builds the program and the benchmark of test/bench into a folder of their own, so that a build meanwhile does not
 * disturb the figures, and runs it with the given arguments.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { buildProgram } from './build-program.js';

const root = fileURLToPath(new URL('..', import.meta.url));
// Below node_modules, where the packages that are not bundled are found.
const folder = `${root}node_modules/.cache/p88sync-bench/`;

mkdirSync(folder, { recursive: true });
cpSync(`${root}package.json`, `${folder}package.json`);
cpSync(`${root}bin`, `${folder}bin`, { recursive: true });
await buildProgram(`${folder}dist`);
await build({
  absWorkingDir: root,
  entryPoints: ['test/bench/main.ts', 'test/bench/provider-process.ts'],
  outdir: `${folder}bench`,
  bundle: true,
  packages: 'external',
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  logLevel: 'warning',
});
const { status } = spawnSync(process.execPath, [`${folder}bench/main.js`, ...process.argv.slice(2)], {
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
