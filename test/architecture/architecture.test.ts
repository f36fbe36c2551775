import { describe, expect, test } from 'vitest';
import { forbiddenImports, importCycles, impureImports, unknownPlaces } from './import-rules.ts';
import { readTree, type SourceFile } from './source-tree.ts';
import { brokenStyle } from './style-rules.ts';

const src = readTree('src');
const tests = readTree('test');

describe('the source tree', () => {
  test('is where the rules look for it', () => {
    expect(src.map(({ path }) => path)).toContain('src/domain/errors.ts');
    expect(tests.map(({ path }) => path)).toContain('test/architecture/architecture.test.ts');
  });

  test.each([
    ['every place in src is known', () => unknownPlaces(src)],
    ['modules import only what the design allows', () => forbiddenImports(src)],
    ['domain and plan are pure', () => impureImports(src)],
    ['no import cycles', () => importCycles(src)],
    ['house style', () => brokenStyle([...src, ...tests])],
  ])('%s', (_, violations) => {
    expect(violations()).toEqual([]);
  });
});

/** A tree of files that only import: `{ 'src/a.ts': ['./b.ts'] }`. */
function tree(imports: Readonly<Record<string, readonly string[]>>): SourceFile[] {
  return Object.entries(imports).map(([path, targets]) => ({
    path,
    text: targets.map((target, i) => `import {\n  a${i},\n} from '${target}';`).join('\n'),
  }));
}

describe('the rules themselves', () => {
  test.each([
    ['src/plan/due.ts', '../store/tables.ts'],
    ['src/domain/ids.ts', '../plan/due.ts'],
    ['src/providers/haku/calls.ts', '../raceroster/calls.ts'],
    ['src/providers/haku/calls.ts', '../registry.ts'],
    ['src/providers/haku/calls.ts', '../../store/tables.ts'],
    ['src/providers/registry.ts', '../http/pages.ts'],
    ['src/commands/tick.ts', '../providers/registry.ts'],
    ['src/commands/tick.ts', '../config.ts'],
    ['src/sync/unit.ts', '../http/pages.ts'],
    ['src/sandbox/haku.ts', '../providers/haku/schema.ts'],
    ['src/report/table.ts', '../elsewhere/x.ts'],
  ])('%s may not import %s', (path, target) => {
    const found = forbiddenImports(tree({ [path]: [target] }));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/ may import .+, because /);
  });

  test.each([
    ['src/cli/syncing.ts', '../commands/tick.ts'],
    ['src/wiring.ts', './providers/registry.ts'],
    ['src/config/providers.ts', '../http/address.ts'],
    ['src/main.ts', './sandbox/server.ts'],
    ['src/providers/registry.ts', './haku/provider.ts'],
    ['src/providers/haku/calls.ts', './schema.ts'],
    ['src/providers/haku/calls.ts', '../../http/pages.ts'],
    ['src/commands/tick.ts', '../sync/unit.ts'],
  ])('%s may import %s', (path, target) => {
    expect(forbiddenImports(tree({ [path]: [target] }))).toEqual([]);
  });

  test('every way to import counts, and none in a comment', () => {
    const text = [
      "import type { A } from '../store/a.ts';",
      "export { b } from '../store/b.ts';",
      "const c = await import('../store/c.ts');",
      "import '../store/d.ts';",
      "// import '../store/e.ts';",
      "/** from '../store/f.ts' */",
    ].join('\n');
    expect(forbiddenImports([{ path: 'src/plan/due.ts', text }]).map((line) => line.split(/[ :]/)[2])).toEqual(
      ['a', 'b', 'c', 'd'].map((name) => `src/store/${name}.ts`),
    );
  });

  test.each(['src/utils/x.ts', 'src/extra.ts', 'src/provider/x.ts', 'src/registry/x.ts', 'src/providers/x.ts'])(
    '%s is no known place',
    (path) => {
      expect(unknownPlaces(tree({ [path]: [] }))).toHaveLength(1);
    },
  );

  test('a package in a pure module', () => {
    const files = tree({ 'src/plan/due.ts': ['node:fs', 'temporal-polyfill'], 'src/store/pool.ts': ['pg'] });
    expect(impureImports(files)).toEqual([
      'src/plan/due.ts imports node:fs: plan is pure and needs nothing but temporal-polyfill',
    ]);
  });

  test('a cycle, named in full and once', () => {
    const files = tree({
      'src/sync/a.ts': ['./b.ts', './d.ts'],
      'src/sync/b.ts': ['./c.ts', './d.ts'],
      'src/sync/c.ts': ['./a.ts'],
      'src/sync/d.ts': [],
    });
    expect(importCycles(files)).toEqual([
      'src/sync/a.ts → src/sync/b.ts → src/sync/c.ts → src/sync/a.ts: none of these can be understood alone',
    ]);
  });

  // In pieces, because this file is under the rules too.
  const skipped = ['test', 'skip("later")'].join('.');
  test.each([
    ['src/store/pool.ts', 'x\n'.repeat(401), 1],
    ['src/store/pool.ts', 'x\n'.repeat(400), 0],
    ['src/store/connectionPool.ts', '', 1],
    ['src/store/utils.ts', '', 1],
    ['src/store/pool.ts', 'export default 1;', 1],
    ['src/store/pool.ts', 'process.exit(1);', 1],
    ['src/cli.ts', 'process.exitCode = 1;', 1],
    ['src/main.ts', 'process.exit(1);', 0],
    ['src/store/pool.ts', 'const now = Date.now();', 1],
    ['src/store/pool.ts', 'const now = new Date();', 1],
    ['src/store/pool.ts', 'const then = new Date(0); // not new Date()', 0],
    ['src/main.ts', 'const now = new Date();', 0],
    ['src/log.ts', "const { prettyFactory } = await import('pino-pretty');", 1],
    ['src/log.ts', "const { default: pretty } = await import('pino-pretty');", 0],
    ['src/log.ts', "const { runTick } = await import('./commands/tick.ts');", 0],
    ['test/store/pool.test.ts', skipped, 1],
    ['test/store/pool.test.ts', 'const now = new Date(); process.exit(1);', 0],
  ])('style: %s with %j', (path, text, broken) => {
    expect(brokenStyle([{ path, text }])).toHaveLength(broken);
  });
});
