/** Who a process is, so that a claim of a dead one on this host is told from one of a later process with the same pid. */
import { readFileSync, readlinkSync } from 'node:fs';

/** `<machine>-<pid namespace>:<pid>:<start in clock ticks since boot>`; where /proc is missing, the parts are empty. */
export function identityOf(pid: number): string {
  return `${placeOfPids()}:${pid}:${startOf(pid) ?? ''}`;
}

/** @returns undefined where it cannot be known from here: a container, or a machine, with the same host name. */
export function processIsAlive(identity: string): boolean | undefined {
  const [place, pid = '', start] = identity.split(':');
  if (place !== placeOfPids()) return undefined;
  if (start) return startOf(Number(pid)) === start;
  try {
    process.kill(Number(pid), 0);
    return true;
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The first pid namespace has the same number on every Linux, and copied machines often have the same host name. */
function placeOfPids(): string {
  return `${machineId()}-${pidNamespace()}`;
}

function machineId(): string {
  try {
    return readFileSync('/etc/machine-id', 'utf8').trim();
  } catch {
    return '';
  }
}

function pidNamespace(): string {
  try {
    // `pid:[4026531836]`, without the colon that separates our fields.
    return readlinkSync('/proc/self/ns/pid').replace(/\D/g, '');
  } catch {
    return '';
  }
}

/** Field 22 of /proc/<pid>/stat; the name in field 2 may hold spaces and brackets. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
