import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';
import { assertGolden } from './golden.ts';
import { ROOT } from './run.ts';

const PROGRAM = join(ROOT, 'dist/kubectl-istio_upgrade.js');

const DEMO = ['plan', '--snapshot', 'test/demo/mesh-1.1.yaml', '-f', 'test/demo/istio-1.2'];
const work = mkdtempSync(join(tmpdir(), 'istio-upgrade-bundle-'));
after(() => rmSync(work, { recursive: true }));

function bundled(...argv: readonly string[]) {
  return bundledWith({}, argv);
}

function bundledWith(env: Readonly<Record<string, string>>, argv: readonly string[]) {
  return spawnSync(process.execPath, [PROGRAM, ...argv], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, ...env },
  });
}

before(() => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/bundle.ts'], { cwd: ROOT, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
});

test('the bundle plans the demo as the sources do', () => {
  const { status, stdout, stderr } = bundled(...DEMO);
  assert.equal(status, 0, stderr);
  assertGolden('demo-plan', stdout);
});

test('the bundle prints the same help, and the version of package.json', () => {
  assertGolden('help', bundled('--help').stdout);
  assertGolden('help-plan', bundled('plan', '--help').stdout);
  assert.equal(bundled('version').stdout.trim(), JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).version);
});

test('help and version are printed without loading the program', () => {
  const alone = join(work, 'alone');
  cpSync(join(ROOT, 'dist/chunks'), join(alone, 'chunks'), {
    recursive: true,
    filter: (file) => !basename(file).startsWith('main-'),
  });
  copyFileSync(PROGRAM, join(alone, 'program.mjs'));
  const runAlone = (...argv: readonly string[]) =>
    spawnSync(process.execPath, [join(alone, 'program.mjs'), ...argv], { encoding: 'utf8' });
  assert.match(runAlone('history').stderr, /Cannot find module/);
  for (const words of ['--help', '-h', 'version', 'plan --help', 'apply -h']) {
    const { status, stdout, stderr } = runAlone(...words.split(' '));
    assert.deepEqual({ words, status, stderr }, { words, status: 0, stderr: '' });
    assert.equal(stdout, bundled(...words.split(' ')).stdout);
  }
});

test('compiled code is kept with the caches of the user, and not where everybody may write', () => {
  const [home, temporary] = [mkdtempSync(join(work, 'home-')), mkdtempSync(join(work, 'tmp-'))];
  const { status, stderr } = bundledWith({ HOME: home, TMPDIR: temporary }, DEMO);
  assert.equal(status, 0, stderr);
  assert.notDeepEqual(readdirSync(join(home, '.cache/istio-upgrade/compiled')), []);
  assert.deepEqual(readdirSync(temporary), []);
});

test('without a home, or with one where nothing can be written, the bundle only starts slower', () => {
  for (const env of [{ TMPDIR: '/dev/null' }, { HOME: '/dev/null', TMPDIR: '/dev/null' }]) {
    const { status, stdout, stderr } = bundledWith(env, DEMO);
    assert.deepEqual({ status, stderr }, { status: 0, stderr: '' });
    assertGolden('demo-plan', stdout);
  }
});

test('the bundle loads the kubeconfig reader and the transport', () => {
  const { status, stderr } = bundled('plan', '-f', 'test/demo/istio-1.2', '--server', 'http://127.0.0.1:1');
  assert.equal(status, 1);
  assert.match(stderr, /127\.0\.0\.1:1/);
  assert.doesNotMatch(stderr, /bug/);
});
