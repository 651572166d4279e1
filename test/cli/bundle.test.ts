import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { assertGolden } from './golden.ts';
import { ROOT } from './run.ts';

const PROGRAM = join(ROOT, 'dist/kubectl-istio_upgrade.js');

function bundled(...argv: readonly string[]) {
  return spawnSync(process.execPath, [PROGRAM, ...argv], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { PATH: process.env.PATH },
  });
}

before(() => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/bundle.ts'], { cwd: ROOT, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
});

test('the bundle plans the demo as the sources do', () => {
  const { status, stdout, stderr } = bundled(
    'plan',
    '--snapshot',
    'test/demo/mesh-1.1.yaml',
    '-f',
    'test/demo/istio-1.2',
  );
  assert.equal(status, 0, stderr);
  assertGolden('demo-plan', stdout);
});

test('the bundle prints the same help, and the version of package.json', () => {
  assertGolden('help', bundled('--help').stdout);
  assertGolden('help-plan', bundled('plan', '--help').stdout);
  assert.equal(bundled('version').stdout.trim(), JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version);
});

test('the bundle loads the kubeconfig reader and the transport', () => {
  const { status, stderr } = bundled('plan', '-f', 'test/demo/istio-1.2', '--server', 'http://127.0.0.1:1');
  assert.equal(status, 1);
  assert.match(stderr, /127\.0\.0\.1:1/);
  assert.doesNotMatch(stderr, /bug/);
});
