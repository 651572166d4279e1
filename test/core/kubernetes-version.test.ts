import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kubernetesMinor } from '../../src/core/kubernetes-version.ts';

const CASES: readonly (readonly [string, number, number])[] = [
  ['v1.20.2', 1, 20],
  ['v1.14.10-gke.27', 1, 14],
  ['v1.21.5+k3s1', 1, 21],
  ['1.9.0', 1, 9],
];

for (const [version, major, minor] of CASES)
  test(`${version} is ${major}.${minor}`, () => {
    assert.deepEqual(kubernetesMinor(version), { major, minor });
  });

test('what names no version is none', () => {
  for (const version of ['', 'v1', 'devel']) assert.equal(kubernetesMinor(version), undefined, version);
});
