import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { archiveName, krewManifest } from '../../scripts/package/krew-manifest.ts';
import { PLATFORMS } from '../../scripts/package/runtimes.ts';
import { makePackages, RELEASE, ROOT, releasedSums } from './packages.ts';

const COMMITTED = readFileSync(join(ROOT, 'plugin.yaml'), 'utf8');
// Quoted where it could be read as a number.
const SUM = /"?\b[0-9a-f]{64}\b"?/g;
const sums = new Map(PLATFORMS.map((platform, index) => [archiveName(platform, RELEASE), `${index}`.repeat(64)]));

test('krew finds each platform, its archive and its program', () => {
  const { apiVersion, kind, metadata, spec } = parse(krewManifest(RELEASE, sums));
  assert.deepEqual(
    [apiVersion, kind, metadata],
    ['krew.googlecontainertools.github.com/v1alpha2', 'Plugin', { name: 'istio-upgrade' }],
  );
  assert.equal(spec.version, `v${RELEASE.version}`);
  assert.deepEqual(
    spec.platforms.map((one: Readonly<Record<string, unknown>>) => [one.selector, one.bin, one.sha256]),
    [
      [{ matchLabels: { os: 'linux', arch: 'amd64' } }, 'kubectl-istio_upgrade', '0'.repeat(64)],
      [{ matchLabels: { os: 'linux', arch: 'arm64' } }, 'kubectl-istio_upgrade', '1'.repeat(64)],
      [{ matchLabels: { os: 'darwin', arch: 'amd64' } }, 'kubectl-istio_upgrade', '2'.repeat(64)],
      [{ matchLabels: { os: 'darwin', arch: 'arm64' } }, 'kubectl-istio_upgrade', '3'.repeat(64)],
      [{ matchLabels: { os: 'windows', arch: 'amd64' } }, 'kubectl-istio_upgrade.exe', '4'.repeat(64)],
    ],
  );
  const release = `${RELEASE.homepage}/releases/download/v${RELEASE.version}`;
  for (const [index, { uri }] of spec.platforms.entries()) assert.equal(uri, `${release}/${[...sums.keys()][index]}`);
});

test("texts are as krew's index wants them", () => {
  const { spec } = parse(krewManifest(RELEASE, sums));
  assert.ok(spec.shortDescription.length <= 50, spec.shortDescription);
  assert.doesNotMatch(spec.shortDescription, /\n|\.$/);
  for (const text of [spec.description, spec.caveats])
    for (const line of text.split('\n')) assert.ok(line.length <= 80 && line === line.trim(), line);
});

test('an archive without a checksum is an error', () => {
  assert.throws(
    () => krewManifest(RELEASE, new Map()),
    /no checksum of kubectl-istio_upgrade-v.*-linux-amd64\.tar\.gz/,
  );
});

test('the committed manifest is what is generated, apart from the sums', () => {
  assert.equal(
    COMMITTED.replace(SUM, 'SUM'),
    krewManifest(RELEASE, sums).replace(SUM, 'SUM'),
    'npm run package -- --release',
  );
});

test('the manifest of a tagged release has the sums of its archives', (context) => {
  const { stdout } = spawnSync('git', ['tag', '--points-at', 'HEAD'], { cwd: ROOT, encoding: 'utf8' });
  if (!stdout?.split('\n').includes(`v${RELEASE.version}`)) {
    context.skip(`HEAD is not tagged v${RELEASE.version}`);
    return;
  }
  makePackages();
  assert.equal(COMMITTED, krewManifest(RELEASE, releasedSums()), 'npm run package -- --release, then commit and tag');
});
