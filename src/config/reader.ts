/**
 * The environment as the rest of src/config reads it: empty means unset, secrets may be files, and what is wrong is
 * collected, so that the operator sees all of it at once.
 */
import { exposureOf, type FileAccess } from '../domain/file-access.ts';
import { inWords } from '../domain/system-errors.ts';
import type { Kind } from './kinds.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads a whole file as UTF-8 text; throws as `readFileSync` does. */
export type ReadFile = (path: string) => string;

/** Mode and owner of a file; undefined of a pipe, which nobody else can open. Throws as `statSync` does. */
export type ReadAccess = (path: string) => FileAccess | undefined;

export interface Files {
  readonly readFile: ReadFile;
  readonly readAccess: ReadAccess;
}

/** A line of README's table of variables. */
export interface Variable {
  readonly name: string;
  readonly meaning: string;
  /** As an operator would write it; undefined: there is none. */
  readonly default: string | undefined;
  /** Never shown; may also be a file (`NAME_FILE`) or a systemd credential. */
  readonly secret: boolean;
}

export interface Reader {
  /** The value as it is; undefined where it is unset or empty. */
  text(name: string): string | undefined;
  /** Like `text`; where the variable is unset, the file that `NAME_FILE` names, then systemd's credential of that name. */
  secret(name: string): string | undefined;
  /** A checked value; undefined where it is unset, and where it was refused. */
  value<Value>(name: string, kind: Kind<Value>): Value | undefined;
  /** A checked secret; its text is not repeated when it is refused. */
  secretValue<Value>(name: string, kind: Kind<Value>): Value | undefined;
  /** The text of the file that the variable `name` asks for, without its last line feed; refused where it is unreadable. */
  file(name: string, path: string): string | undefined;
  /** The same of a file that holds a secret; refused where others than owner and group get at it, too. */
  secretFile(name: string, path: string, forGroup?: 'always' | 'root-only'): string | undefined;
  /** Adds a problem: one line that starts with the variable's name. */
  refuse(problem: string): void;
  /** Adds a line for the log. */
  note(line: string): void;
  readonly problems: readonly string[];
  readonly notes: readonly string[];
}

export function createReader(env: Environment, { readFile, readAccess }: Files): Reader {
  const problems: string[] = [];
  const notes: string[] = [];
  const refuse = (problem: string) => void problems.push(problem);
  const text = (name: string) => env[name] || undefined;

  function file(name: string, path: string): string | undefined {
    const content = contentOf(name, path);
    if (content === '') refuse(`${name}: ${path} is empty`);
    return content || undefined;
  }

  function secretFile(name: string, path: string, forGroup?: 'always' | 'root-only'): string | undefined {
    const content = file(name, path);
    if (content === undefined || isExposed(name, path, forGroup)) return undefined;
    return content;
  }

  function isExposed(name: string, path: string, forGroup?: 'always' | 'root-only'): boolean {
    const access = readAccess(path);
    const exposure = access && exposureOf(path, access, forGroup);
    if (exposure) refuse(`${name}: ${path} holds a secret and ${exposure.what}; ${exposure.command}`);
    return exposure !== undefined;
  }

  function contentOf(name: string, path: string): string | undefined {
    try {
      return readFile(path).replace(/\r?\n$/, '');
    } catch (error) {
      refuse(`${name}: ${path} cannot be read: ${inWords(codeOf(error))}`);
      return undefined;
    }
  }

  /**
   * systemd names a credential as LoadCredential= says; lower case is the custom there. An empty one is unset: our units
   * fall back on it (SetCredential=), because without it systemd fails the unit and does not name the missing file.
   */
  function credential(name: string): string | undefined {
    const folder = text('CREDENTIALS_DIRECTORY');
    if (folder === undefined) return undefined;
    for (const path of [`${folder}/${name.toLowerCase()}`, `${folder}/${name}`]) {
      try {
        readFile(path);
      } catch (error) {
        if (codeOf(error) === 'ENOENT') continue;
      }
      const content = contentOf(name, path);
      return content && !isExposed(name, path) ? content : undefined;
    }
    return undefined;
  }

  function secret(name: string): string | undefined {
    const given = text(name);
    const path = text(`${name}_FILE`);
    if (given !== undefined && path !== undefined) {
      refuse(`${name}: is set, and ${name}_FILE too; unset one of them`);
      return undefined;
    }
    if (path !== undefined) return secretFile(`${name}_FILE`, path);
    return given ?? credential(name);
  }

  function check<Value>(name: string, given: string | undefined, kind: Kind<Value>, shown: string): Value | undefined {
    if (given === undefined) return undefined;
    const result = kind.schema.safeParse(given);
    if (result.success) return result.data;
    refuse(`${name}: expected ${kind.expected}${shown}`);
    return undefined;
  }

  return {
    text,
    secret,
    value: (name, kind) => check(name, text(name), kind, `, not "${text(name)}"`),
    secretValue: (name, kind) => check(name, secret(name), kind, ' (what it holds is not shown)'),
    file,
    secretFile,
    refuse,
    note: (line) => void notes.push(line),
    problems,
    notes,
  };
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : 'unknown error';
}
