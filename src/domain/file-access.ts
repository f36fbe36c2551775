/** Who can get at a file that holds a secret, by its mode and owner. Pure. */
import { shellWord } from './shell-word.ts';

/** Of a regular file, links followed. */
export interface FileAccess {
  /** Permission bits, others are ignored. */
  readonly mode: number;
  /** 0: root. */
  readonly uid: number;
}

export interface Exposure {
  /** `can be read by every account of this machine (mode 0644)` */
  readonly what: string;
  /** `chmod 0640 /etc/p88sync/encryption.key` */
  readonly command: string;
}

/**
 * Undefined where nobody but the owner and, reading, the group gets at it: `0640 root:p88sync` is how our files lie.
 * @param forGroup `root-only`: libpq's rule for the key of a certificate, whose group may read it where root owns it.
 */
export function exposureOf(
  path: string,
  { mode, uid }: FileAccess,
  forGroup: 'always' | 'root-only' = 'always',
): Exposure | undefined {
  const allowed = forGroup === 'always' || uid === 0 ? 0o640 : 0o600;
  const others = mode & 0o006;
  const excess = others || mode & 0o060 & ~allowed;
  if (excess === 0) return undefined;
  const done = excess & 0o022 ? 'changed' : 'read';
  return {
    what: `can be ${done} by ${others ? 'every account of this machine' : 'its group'} (mode ${octal(mode & 0o777)})`,
    command: `chmod ${octal((mode & allowed & 0o040) | 0o600)} ${shellWord(path)}`,
  };
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}
