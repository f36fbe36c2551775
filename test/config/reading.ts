/** Reads a configuration in tests: an environment and files, each by what matters. */
import { expect } from 'vitest';
import { type Config, readConfig } from '../../src/config.ts';
import { UsageError } from '../../src/domain/errors.ts';
import type { FileAccess } from '../../src/domain/file-access.ts';

type Values = Readonly<Record<string, string | undefined>>;

/** @param access of the files that are not root's with 0640. */
export function read(env: Values, files: Values = {}, access: Readonly<Record<string, FileAccess>> = {}): Config {
  return readConfig(
    { HOME: '/home/me', ...env },
    {
      providerNames: ['runsignup', 'raceroster'],
      readFile: (path) => content(files, path),
      readAccess: (path) => access[path] ?? { mode: 0o100640, uid: 0 },
      hostName: 'timing-1',
    },
  );
}

/** The message of the refusal. */
export function refused(...given: Parameters<typeof read>): string {
  try {
    read(...given);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as UsageError).message;
  }
  throw new Error('the configuration was accepted');
}

function content(files: Values, path: string): string {
  const text = files[path];
  if (text === 'not permitted') throw Object.assign(new Error('no'), { code: 'EACCES' });
  if (text === undefined) throw Object.assign(new Error('no'), { code: 'ENOENT' });
  return text;
}
