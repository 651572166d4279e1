import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { HELM_3, helmPath, helmTests } from '../programs/helm-binaries.ts';
import { istioTests } from './harness/binaries.ts';
import type { TestCluster } from './harness/cluster.ts';
import { startControlPlane } from './harness/control-plane.ts';
import { grantsIn } from './harness/grants.ts';
import { installedByHelm } from './harness/istio-by-helm.ts';
import { standInKubelet } from './harness/kubelet.ts';
import { forbiddenTo, giveRoles, runAs } from './harness/printed-roles.ts';
import { writeRelease } from './harness/release-directory.ts';
import { release12 } from './istio-1.2.ts';

const MANIFEST = 'control-plane.yaml';
const TITLE = "users who have nothing but the printed roles, Helm's way";

const define = () => {
  let cluster: TestCluster;
  let release: readonly string[];
  before(async () => {
    cluster = await startControlPlane({ isAudited: true });
    await standInKubelet(cluster);
    await installedByHelm(cluster, MANIFEST);
    const directory = join(cluster.directory, 'istio-1.2.0');
    const { crds, controlPlane } = release12(MANIFEST);
    writeRelease(directory, { version: '1.2.0', crds, controlPlane });
    release = ['--release', directory, '--helm', helmPath(HELM_3)];
  });
  after(() => cluster?.stop());

  test('the role of apply: an upgrade by Helm and its way back, with nothing refused but the Secrets of others', async () => {
    const manifests = await giveRoles(cluster, 'applier', ['apply', ...release, '--strategy', 'helm']);
    const { exit, out, err } = await runAs(cluster, 'applier', ['apply', ...release, '--yes', '--allow-mtls-change']);
    assert.equal(exit, 0, out + err);
    assert.match(out, /Helm's way: the control plane belongs to Helm's release istio/);
    const again = await runAs(cluster, 'applier', ['plan', ...release]);
    assert.match(again.out, /^nothing to do/m);
    const back = await runAs(cluster, 'applier', ['rollback', '--yes', '--helm', helmPath(HELM_3)]);
    assert.equal(back.exit, 0, back.out + back.err);
    const secrets = grantsIn(manifests).filter(({ resource }) => resource === 'secrets');
    assert.deepEqual(secrets.map(({ verb, namespace }) => `${verb} in ${namespace}`).sort(), [
      'create in istio-system',
      'delete in istio-system',
      'get in istio-system',
      'list in istio-system',
      'update in istio-system',
    ]);
    assert.deepEqual(forbiddenTo(cluster, 'applier'), ['list secrets', 'list secrets in kube-system']);
  });
};

if (existsSync(helmPath(HELM_3))) istioTests(TITLE, define);
else helmTests(TITLE, HELM_3, define);
