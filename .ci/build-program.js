/**
 * Bundles src/main.ts and what it imports: one file instead of some hundred that Node would look up, open and link at
 * every tick. Commands are split off, so that a tick loads only what it uses.
 */
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** @param {string} outdir is emptied first. */
export async function buildProgram(outdir) {
  rmSync(outdir, { recursive: true, force: true });
  await build({
    absWorkingDir: root,
    entryPoints: ['src/main.ts'],
    outdir,
    bundle: true,
    format: 'esm',
    splitting: true,
    platform: 'node',
    target: 'node20.19',
    chunkNames: 'chunks/[name]-[hash]',
    // PGlite finds its WebAssembly beside its own file; pg-native is an option of pg that we do not use.
    external: ['@electric-sql/pglite', 'pg-native'],
    // CommonJS packages (pg, pino, undici) call require() for Node's own modules.
    banner: {
      js: "import { createRequire as createBundleRequire } from 'node:module';\nconst require = createBundleRequire(import.meta.url);",
    },
    // Stack traces and the class names in reports stay readable. The map is read only under --enable-source-maps.
    minify: false,
    keepNames: true,
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    logLevel: 'warning',
  });
}
