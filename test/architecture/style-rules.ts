/** Rules of house style that hold file by file, each with its reason. */
import { codeOf, type SourceFile } from './source-tree.ts';

interface StyleRule {
  readonly holds: (file: SourceFile) => boolean;
  readonly in: (path: string) => boolean;
  readonly because: string;
}

const mostLines = 400;
const isSource = (path: string) => path.startsWith('src/');
const isRoot = (path: string) => /^src\/[^/]+$/.test(path);
const lacks = (pattern: RegExp) => (file: SourceFile) => !pattern.test(codeOf(file.text));

const rules: readonly StyleRule[] = [
  {
    in: () => true,
    holds: ({ text }) => text.trimEnd().split('\n').length <= mostLines,
    because: `it has more than ${mostLines} lines, and nobody reads a drawer to its end`,
  },
  {
    in: () => true,
    holds: ({ path }) => path.split('/').every((part) => /^[a-z0-9]+(-[a-z0-9]+)*(\.test)?(\.ts)?$/.test(part)),
    because: 'names are in kebab-case, so that they are the same on every file system',
  },
  {
    in: isSource,
    holds: ({ path }) => !/\/(utils?|helpers?|lib|common|misc)(\/|\.ts$)/.test(path),
    because: 'a file is named for what is in it; a drawer becomes the hub of every cycle',
  },
  {
    in: isSource,
    holds: lacks(/^export default\b|\bas default\b/m),
    because: 'exports are named, so that a thing has one name everywhere',
  },
  {
    in: (path) => isSource(path) && path !== 'src/main.ts',
    holds: lacks(/\bprocess\.(exit|exitCode|abort|reallyExit)\b/),
    because: 'only src/main.ts ends the process: an exit elsewhere cuts off what others have in hand',
  },
  {
    in: (path) => isSource(path) && !isRoot(path),
    holds: lacks(/\bDate\.now\(|\bnew Date\(\s*\)|\bTemporal\.Now\b/),
    because: 'there is one clock per invocation, and it is handed in',
  },
  {
    in: isSource,
    holds: lacks(/\{\s*(?!default\b)\w[^{}]*\}\s*=\s*await import\(\s*'[^.']/),
    because: 'a CommonJS package loaded on demand has only its default export in the bundle: take { default: … }',
  },
  {
    in: (path) => !isSource(path),
    holds: lacks(
      /\b(test|it|describe|suite|bench)\.(skip|todo|only|skipIf|runIf|fails)\b|\bx(test|it|describe)\(|\.skip\(/,
    ),
    because: 'a test that does not run proves nothing, and nobody comes back to it',
  },
];

export function brokenStyle(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) =>
    rules.filter((rule) => rule.in(file.path) && !rule.holds(file)).map((rule) => `${file.path}: ${rule.because}`),
  );
}
