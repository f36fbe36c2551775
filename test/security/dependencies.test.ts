/** What runs is what the lock file names, byte for byte: SECURITY.md promises it. */
import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, test } from 'vitest';

type Versions = Readonly<Record<string, string>>;

interface Package {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
  readonly dependencies?: Versions;
  readonly devDependencies?: Versions;
  readonly optionalDependencies?: Versions;
}

const fileOf = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8');
const own = JSON.parse(fileOf('package.json')) as Package & { readonly files: readonly string[] };
const lock = JSON.parse(fileOf('package-lock.json')) as { readonly packages: Readonly<Record<string, Package>> };
const locked = Object.entries(lock.packages).filter(([path]) => path !== '');

test('the lock file is the one of package.json', () => {
  const { dependencies, devDependencies } = own;
  expect(lock.packages['']).toMatchObject({ dependencies, devDependencies });
});

test('every package of the lock file has a version and a checksum', () => {
  const loose = locked.filter(
    ([, { version, integrity, link }]) =>
      link || !/^\d+\.\d+\.\d+/.test(version ?? '') || !/^sha512-[\w+/]{86}==$/.test(integrity ?? ''),
  );
  expect(loose.map(([path]) => path)).toEqual([]);
  expect(locked.length).toBeGreaterThan(100);
});

test('none comes from anywhere but a registry', () => {
  const wanted = locked.flatMap(([path, one]) =>
    Object.entries({ ...one.dependencies, ...one.optionalDependencies }).map(
      ([name, range]) => `${path} ${name}@${range}`,
    ),
  );
  const direct = Object.entries({ ...own.dependencies, ...own.devDependencies }).map(
    ([name, range]) => `${name}@${range}`,
  );
  // git, http, file and link have a colon, GitHub's short form a slash; `npm:` names another package.
  const elsewhere = (text: string) => /@(?!npm:)[^@]*[:/][^@]*$/.test(text);
  expect([...wanted, ...direct].filter(elsewhere)).toEqual([]);
  expect(locked.filter(([, { resolved }]) => resolved && !/^https:.*\.tgz$/.test(resolved))).toEqual([]);
  expect(
    ['a@git+https://x.test/y.git', 'a@me/repo', 'a@file:../b', 'a@http://x.test/y.tgz'].filter(elsewhere),
  ).toHaveLength(4);
  expect(['a@^1.0.0', '@me/a@>=1 <2', 'a@npm:b@^1.0.0'].filter(elsewhere)).toEqual([]);
});

test('none that runs in production runs anything when it is installed', () => {
  expect(locked.filter(([, { dev, hasInstallScript }]) => hasInstallScript && !dev)).toEqual([]);
});

test('production dependencies are what src imports, no more and no less', async () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['src/main.ts'],
    outdir: 'dist',
    write: false,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    metafile: true,
  });
  const imported = Object.values(metafile.inputs).flatMap(({ imports }) =>
    imports.filter(({ external, path }) => external && !isBuiltin(path)).map(({ path }) => path),
  );
  const packages = imported.map((path) => /^(@[^/]+\/)?[^/]+/.exec(path)?.[0]);
  expect([...new Set(packages)].sort()).toEqual(Object.keys(own.dependencies ?? {}).sort());
});

test('what the bundle leaves to be installed is of one exact version', () => {
  const external = /external: \[([^\]]+)\]/.exec(fileOf('.ci/build-program.js'))?.[1] ?? '';
  const names = [...external.matchAll(/'([^']+)'/g)]
    .map(([, name = '']) => name)
    .filter((name) => own.dependencies?.[name]);
  expect(names).toEqual(['@electric-sql/pglite']);
  expect(names.filter((name) => !/^\d+\.\d+\.\d+$/.test(own.dependencies?.[name] ?? ''))).toEqual([]);
});
