/** What the system's codes of errors mean, in words. Pure. */

const words: Readonly<Record<string, string>> = {
  EACCES: 'permission is denied',
  EPERM: 'it is not permitted',
  EROFS: 'it is read-only there',
  EEXIST: 'it is there already',
  EISDIR: 'it is a folder',
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of its path is no folder',
  ENOSPC: 'no disk space is left',
  EADDRINUSE: 'another program listens on it',
  EADDRNOTAVAIL: 'this machine has no such address',
  ECONNREFUSED: 'nobody listens there',
  ECONNRESET: 'the connection was closed',
  ENOTFOUND: 'there is no such host name',
  EAI_AGAIN: 'the name server does not answer',
  EDNS: 'the host name cannot be resolved',
  EHOSTUNREACH: 'there is no way to that host',
  ENETUNREACH: 'there is no way to that network',
  ETIMEDOUT: 'it does not answer',
};

/** `there is no such file or folder (ENOENT)`; a code without words stays as it is. */
export function inWords(code: string): string {
  const known = words[code];
  return known === undefined ? code : `${known} (${code})`;
}

/** The same of an error of the system. Where it has no code, its message. */
export function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  return code === undefined ? message : inWords(code);
}
