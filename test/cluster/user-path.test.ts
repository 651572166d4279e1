import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before, test } from 'node:test';
import { LINUX_AMD64 } from '../../scripts/package/runtimes.ts';
import { assertGolden } from '../cli/golden.ts';
import { ROOT } from '../cli/run.ts';
import { readmeSession } from '../docs/session.ts';
import { archivePath, makePackages } from '../packages/packages.ts';
import { differences } from './compare.ts';
import { clusterTests, programPath } from './harness/binaries.ts';
import type { TestCluster } from './harness/cluster.ts';
import { startControlPlane } from './harness/control-plane.ts';
import { standInKubelet } from './harness/kubelet.ts';
import { stateOf } from './harness/mesh-state.ts';
import { seedSnapshot } from './harness/seed-snapshot.ts';
import { onTerminal } from './harness/terminal.ts';
import { steadyScreen } from './steady-screen.ts';

clusterTests("a newcomer's way, with nothing but kubectl and the archive", () => {
  let cluster: TestCluster;
  let home: string;
  before(async () => {
    cluster = await startControlPlane();
    await standInKubelet(cluster);
    await seedSnapshot(cluster, join(ROOT, 'test/demo/mesh-1.1.yaml'), '1.1.17');
    home = await mkdtemp(join(tmpdir(), 'istio-upgrade-home-'));
    mkdirSync(join(home, '.kube'));
    cpSync(cluster.kubeconfig(), join(home, '.kube/config'));
    cpSync(join(ROOT, 'test/demo/istio-1.2'), join(home, 'istio-1.2'), { recursive: true });
    mkdirSync(join(home, 'bin'));
    symlinkSync(programPath('kubectl'), join(home, 'bin/kubectl'));
    makePackages();
    execFileSync('tar', ['-xzf', archivePath(LINUX_AMD64), '-C', join(home, 'bin')]);
  });
  after(async () => {
    await cluster?.stop();
    rmSync(home, { recursive: true, force: true });
  });

  test("README's session gives these screens, and ends where it began", async () => {
    const start = await stateOf(cluster);
    const env = { HOME: home, PATH: [join(home, 'bin'), '/usr/bin', '/bin'].join(delimiter), TERM: 'dumb' };
    for (const { line, golden } of readmeSession()) {
      const { code, screen } = await onTerminal(line, {
        env,
        cwd: home,
        typed: { after: /Only "yes"/, keys: 'yes\n' },
      });
      assert.equal(code, 0, `${line}\n${screen}`);
      assertGolden(golden, steadyScreen(screen));
    }
    assert.deepEqual(differences(await stateOf(cluster), start), []);
  });
});
