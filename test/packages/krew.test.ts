import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before } from 'node:test';
import { LINUX_AMD64, type Platform, WINDOWS_AMD64 } from '../../scripts/package/runtimes.ts';
import { kubeBinaries } from '../cluster/harness/binaries.ts';
import { krewTest } from './krew-binary.ts';
import { archivePath, makePackages, packagePath, RELEASE } from './packages.ts';

// A home with a space, where krew keeps what it installs, and a folder with nothing but kubectl and krew.
const work = mkdtempSync(join(tmpdir(), 'istio-upgrade krew '));
const root = join(work, 'krew');
const programs = join(work, 'programs');
before(makePackages);
after(() => rmSync(work, { recursive: true }));

interface Ran {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

function run(program: string, argv: readonly string[], env: Readonly<Record<string, string>> = {}): Ran {
  const PATH = [programs, join(root, 'bin')].join(delimiter);
  const surroundings = { PATH, HOME: work, KREW_ROOT: root, KREW_NO_UPGRADE_CHECK: '1', ...env };
  const { status, stdout, stderr } = spawnSync(program, argv, { env: surroundings, encoding: 'utf8', input: '' });
  return { status, out: stdout, err: stderr };
}

function install(krew: string, platform: Platform, env?: Readonly<Record<string, string>>): Ran {
  const files = [`--manifest=${packagePath('plugin.yaml')}`, `--archive=${archivePath(platform)}`];
  return run(krew, ['install', ...files], env);
}

krewTest(
  'krew installs the archive, kubectl runs it without any other Node.js, and krew takes it away',
  (krew, context) => {
    const kubectl = kubeBinaries();
    if (kubectl === undefined) {
      context.skip('NOT RUN, no kubectl: npm run kube');
      return;
    }
    mkdirSync(programs, { recursive: true });
    symlinkSync(join(kubectl, 'kubectl'), join(programs, 'kubectl'));
    symlinkSync(krew, join(programs, 'kubectl-krew'));
    const installed = install(krew, LINUX_AMD64);
    context.diagnostic(installed.err);
    assert.equal(installed.status, 0, installed.err);
    assert.match(installed.err, /Installed plugin: istio-upgrade/);
    assert.deepEqual(run('kubectl', ['istio-upgrade', 'version']), { status: 0, out: `${RELEASE.version}\n`, err: '' });
    const unknown = run('kubectl', ['istio-upgrade', 'plan', '--nothing']);
    assert.equal(unknown.status, 2, 'the exit code gets through');
    assert.match(unknown.err, /^error: Unknown argument: nothing/m);
    // There is no index after an install by manifest, and krew wants one to look like a clone before it removes anything.
    mkdirSync(join(root, 'index/default/.git'), { recursive: true });
    const removed = run('kubectl', ['krew', 'uninstall', 'istio-upgrade']);
    assert.equal(removed.status, 0, removed.err);
    assert.deepEqual(readdirSync(join(root, 'bin')), []);
    assert.equal(existsSync(join(root, 'store/istio-upgrade')), false);
  },
);

krewTest('krew installs the archive for Windows, as it would there', (krew) => {
  const { status, err } = install(krew, WINDOWS_AMD64, { KREW_OS: 'windows', KREW_ARCH: 'amd64' });
  assert.equal(status, 0, err);
  const link = join(root, 'bin/kubectl-istio_upgrade.exe');
  assert.equal(readFileSync(link).toString('latin1', 0, 2), 'MZ');
});
