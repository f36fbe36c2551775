/** The import table of the design (section 8), each line with its reason, and the search for cycles. */
import { importsOf, type SourceFile } from './source-tree.ts';

interface Rule {
  readonly may: readonly string[];
  readonly because: string;
}

const onlyDomain = (because: string): Rule => ({ may: ['domain'], because });

/** A module may always import itself; `main` may import all. */
const table: Readonly<Record<string, Rule>> = {
  domain: { may: [], because: 'it is the words everybody shares; whatever it imported, everybody would depend on' },
  plan: onlyDomain('it is pure: what is due follows from facts that are handed in'),
  http: onlyDomain('it carries calls for any provider and stores nothing'),
  store: onlyDomain('it stores what any provider yields; schemas reach it as data'),
  report: onlyDomain('it turns outcomes into text and fetches nothing'),
  notify: onlyDomain('it carries messages to people, and knows nothing of what they are about'),
  sandbox: onlyDomain('a stand-in that shared code with the provider it imitates would share its mistakes'),
  registry: { may: ['domain', 'provider'], because: 'it is the one table of providers and nothing else' },
  provider: {
    may: ['domain', 'http'],
    because: 'a provider turns answers into records; it neither stores nor plans, and stands alone',
  },
  sync: { may: ['domain', 'plan', 'store'], because: 'it works with any provider through the contract in domain' },
  commands: {
    may: ['domain', 'plan', 'store', 'sync', 'report'],
    because: 'providers, HTTP and configuration are handed to it by main',
  },
};

const rootFile = /^src\/(main|cli|cli\/.+|log|config|config\/.+|wiring[a-z-]*|wiring\/.+)\.ts$/;

/** `providers/<name>` for files of a provider; undefined for a place that the design does not know. */
export function moduleOf(path: string): string | undefined {
  if (rootFile.test(path)) return 'main';
  if (path === 'src/providers/registry.ts') return 'registry';
  const provider = /^src\/(providers\/[^/]+)\//.exec(path)?.[1];
  if (provider !== undefined) return provider;
  const folder = /^src\/([^/]+)\//.exec(path)?.[1] ?? '';
  return folder !== 'registry' && folder !== 'provider' && folder in table ? folder : undefined;
}

const kindOf = (module: string) => (module.startsWith('providers/') ? 'provider' : module);

export function unknownPlaces(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ path }) => moduleOf(path) === undefined)
    .map(
      ({ path }) =>
        `${path}: this place in src is not in the design (section 8); give it a line in the import table first`,
    );
}

export function forbiddenImports(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => {
    const from = moduleOf(file.path);
    if (from === undefined || from === 'main') return [];
    const rule = table[kindOf(from)] ?? { may: [], because: 'it has no line in the table' };
    return importsOf(file)
      .files.filter((target) => !isAllowed(from, rule, moduleOf(target)))
      .map(
        (target) =>
          `${file.path} imports ${target}: ${from} may import ${rule.may.join(', ') || 'nothing'}, because ${rule.because}`,
      );
  });
}

function isAllowed(from: string, rule: Rule, to: string | undefined): boolean {
  if (to === from) return true;
  return to !== undefined && rule.may.includes(kindOf(to));
}

/** What has no I/O imports nothing that has. */
export function impureImports(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ path }) => ['domain', 'plan'].includes(moduleOf(path) ?? ''))
    .flatMap((file) =>
      importsOf(file)
        .packages.filter((name) => name !== 'temporal-polyfill')
        .map(
          (name) =>
            `${file.path} imports ${name}: ${moduleOf(file.path)} is pure and needs nothing but temporal-polyfill`,
        ),
    );
}

/** One line for each import that closes a circle; types count, because a circle of words has no beginning either. */
export function importCycles(files: readonly SourceFile[]): string[] {
  const imports = new Map(files.map((file) => [file.path, importsOf(file).files]));
  const done = new Set<string>();
  const cycles: string[] = [];
  function visit(path: string, trail: readonly string[]): void {
    const start = trail.indexOf(path);
    if (start >= 0) cycles.push(`${[...trail.slice(start), path].join(' → ')}: none of these can be understood alone`);
    if (start >= 0 || done.has(path)) return;
    for (const target of imports.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  }
  for (const path of imports.keys()) visit(path, []);
  return cycles;
}
