import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareVersions, parseVersion, sameRelease, versionOfImage, versionText } from '../../src/core/version.ts';

const text = (image: string) => {
  const version = versionOfImage(image);
  return version && versionText(version);
};

test("the version of an image is its tag's, whatever registry and vendor it comes from", () => {
  assert.equal(text('docker.io/istio/pilot:1.1.17'), '1.1.17');
  assert.equal(text('registry.example:5000/mesh/pilot:1.1.7-gke.0'), '1.1.7-gke.0');
  assert.equal(text('docker.io/istio/pilot:release-1.1-latest-daily'), 'release-1.1-latest-daily');
  assert.equal(text('docker.io/istio/pilot:1.2.0-rc.3'), '1.2.0-rc.3');
  assert.equal(text('docker.io/istio/pilot:1.4.0-distroless'), '1.4.0');
});

test('a digest, a missing tag and a tag that names no release tell no version', () => {
  assert.equal(text('docker.io/istio/pilot:master-latest-daily'), undefined);
  assert.equal(text('docker.io/istio/pilot:1.1.17@sha256:0123'), undefined);
  assert.equal(text('registry.example:5000/istio/pilot'), undefined);
  assert.equal(text('docker.io/istio/pilot:5f3a2c1'), undefined);
});

test('versions are ordered by their numbers, a vendor suffix aside, and an unknown patch equals any', () => {
  const order = (a: string, b: string) => {
    const [left, right] = [parseVersion(a), parseVersion(b)];
    assert.ok(left && right);
    return Math.sign(compareVersions(left, right));
  };
  assert.equal(order('1.1.17', '1.2.0'), -1);
  assert.equal(order('1.2.10', '1.2.9'), 1);
  assert.equal(order('1.1.7-gke.0', '1.1.7'), 0);
  assert.equal(order('release-1.1-latest-daily', '1.1.17'), 0);
});

test('the same release is known to be the same: vendors aside, and a branch only equals itself', () => {
  const same = (a: string, b: string) => {
    const [left, right] = [parseVersion(a), parseVersion(b)];
    assert.ok(left && right);
    return sameRelease(left, right);
  };
  assert.equal(same('1.1.7-gke.0', '1.1.7'), true);
  assert.equal(same('1.1.7', '1.1.17'), false);
  assert.equal(same('1.2.7', '1.1.7'), false);
  assert.equal(same('release-1.1-latest-daily', '1.1.17'), false);
  assert.equal(same('release-1.1-latest-daily', 'release-1.1-latest-daily'), true);
});
