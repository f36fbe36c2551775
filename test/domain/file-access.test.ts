import { expect, test } from 'vitest';
import { exposureOf } from '../../src/domain/file-access.ts';

const told = (mode: number, uid = 1000, path = '/key', forGroup?: 'always' | 'root-only') => {
  const exposure = exposureOf(path, { mode, uid }, forGroup);
  return exposure && `${exposure.what}: ${exposure.command}`;
};

test.each([
  [0o600, undefined],
  [0o400, undefined],
  [0o440, undefined],
  [0o100640, undefined],
  [0o100700, undefined],
  [0o644, 'can be read by every account of this machine (mode 0644): chmod 0640 /key'],
  [0o604, 'can be read by every account of this machine (mode 0604): chmod 0600 /key'],
  [0o602, 'can be changed by every account of this machine (mode 0602): chmod 0600 /key'],
  [0o100666, 'can be changed by every account of this machine (mode 0666): chmod 0640 /key'],
  [0o664, 'can be read by every account of this machine (mode 0664): chmod 0640 /key'],
  [0o660, 'can be changed by its group (mode 0660): chmod 0640 /key'],
  [0o620, 'can be changed by its group (mode 0620): chmod 0600 /key'],
])('mode %o', (mode, expected) => {
  expect(told(mode)).toBe(expected);
});

test('where only the group of root may read', () => {
  expect(told(0o640, 0, '/key', 'root-only')).toBeUndefined();
  expect(told(0o640, 1000, '/key', 'root-only')).toBe('can be read by its group (mode 0640): chmod 0600 /key');
});

test('the command can be copied', () => {
  expect(told(0o644, 0, '/my keys/a')).toContain("chmod 0640 '/my keys/a'");
});
