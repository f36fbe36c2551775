/** dist/, which bin/p88sync.js starts. */
import { fileURLToPath } from 'node:url';
import { buildProgram } from './build-program.js';

await buildProgram(fileURLToPath(new URL('../dist', import.meta.url)));
