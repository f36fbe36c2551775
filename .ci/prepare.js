/**
 * First step of the npm scripts, so that they work on a fresh clone: installs the packages of the lock file unless that
 * was done already. Plain Node, because nothing is installed yet.
 */
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const modified = (path) => statSync(new URL(`../${path}`, import.meta.url), { throwIfNoEntry: false })?.mtimeMs;

// npm writes this file as the last thing of an install.
const installed = modified('node_modules/.package-lock.json');
const locked = modified('package-lock.json');

if (installed === undefined || (locked !== undefined && locked > installed)) {
  console.log('Installing packages (npm ci)');
  const npm = spawnSync('npm', ['ci', '--no-audit', '--loglevel=error'], { cwd: root, encoding: 'utf8' });
  if (npm.status !== 0) {
    console.error(npm.error?.message ?? `${npm.stdout}${npm.stderr}`);
    console.error('npm ci failed: see above. It needs Node 20.19 or later and access to a package registry.');
    process.exit(1);
  }
}
