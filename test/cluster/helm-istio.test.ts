import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { objectAt, withoutKey } from '../../src/core/json.ts';
import { isK8sObject, type K8sObject } from '../../src/core/object.ts';
import { normalise } from '../../src/diff/normalise.ts';
import { run } from '../cli/run.ts';
import { HELM_3, HELMS, helmPath, helmTests } from '../programs/helm-binaries.ts';
import { istioTests } from './harness/binaries.ts';
import type { TestCluster } from './harness/cluster.ts';
import { startControlPlane } from './harness/control-plane.ts';
import { installedByHelm } from './harness/istio-by-helm.ts';
import { istioManifests, storedToday } from './harness/istio-manifests.ts';
import { standInKubelet } from './harness/kubelet.ts';
import { writeRelease } from './harness/release-directory.ts';
import { release12 } from './istio-1.2.ts';

const MANIFEST = 'control-plane.yaml';

function kindAndName({ kind, metadata }: K8sObject): string {
  return `${kind} ${metadata.name}`;
}

// What a Deployment had by the defaults of extensions/v1beta1, and no server gives it again once it was replaced, or a manifest said it.
const OF_ITS_MAKING = ['selector', 'progressDeadlineSeconds', 'revisionHistoryLimit', 'strategy'];

/** What is there of the old release, but for what a Deployment got when it was made. */
async function liveObjects(cluster: TestCluster): Promise<ReadonlyMap<string, K8sObject>> {
  const objects = istioManifests(MANIFEST).controlPlane.map(storedToday);
  const live = await Promise.all(objects.map((one) => cluster.get(one)));
  return new Map(live.flatMap((one) => (one === undefined ? [] : [[kindAndName(one), withoutOrigin(normalise(one))]])));
}

function withoutOrigin(object: K8sObject): K8sObject {
  if (object.kind !== 'Deployment') return object;
  return { ...object, spec: OF_ITS_MAKING.reduce(withoutKey, objectAt(object.spec)) };
}

/** Every object that a plan's JSON changes, as it will be; undefined where it goes. */
function predicted(out: string): ReadonlyMap<string, K8sObject | undefined> {
  const plan: {
    readonly changes: readonly { readonly object: string; readonly after?: unknown; readonly before?: unknown }[];
  } = JSON.parse(out);
  const changes = plan.changes.filter(({ object }) => !object.startsWith('Secret/'));
  return new Map(changes.map(({ object, after: then }) => [object, isObjectLike(then) ? then : undefined]));
}

function isObjectLike(value: unknown): value is K8sObject {
  return typeof value === 'object' && value !== null && isK8sObject({ ...value });
}

for (const helm of HELMS) {
  const missing = [helm, HELM_3].find((one) => !existsSync(helmPath(one)));
  const define = () => {
    let cluster: TestCluster;
    let target: string;
    let old: ReadonlyMap<string, K8sObject>;
    before(async () => {
      cluster = await startControlPlane();
      await standInKubelet(cluster);
      await installedByHelm(cluster, MANIFEST);
      old = await liveObjects(cluster);
      target = join(cluster.directory, 'istio-1.2.0');
      const { crds, controlPlane } = release12(MANIFEST);
      writeRelease(target, { version: '1.2.0', crds, controlPlane });
    });
    after(() => cluster?.stop());
    const command = (...argv: readonly string[]) =>
      run([...argv, '--helm', helmPath(helm)], { env: { KUBECONFIG: cluster.kubeconfig(), HOME: cluster.directory } });

    test('every object becomes what the plan predicts of Helm', async () => {
      const plan = await command('plan', '--release', target, '-o', 'json');
      const { exit, err } = await command('apply', '--release', target, '--yes', '--allow-mtls-change');
      assert.equal(exit, 0, err);
      const changes = predicted(plan.out);
      assert.ok(changes.size > 60, `${changes.size} objects change`);
      for (const [ref, then] of changes) {
        const live = then && (await cluster.get(then));
        assert.deepEqual(live && normalise(live), then && normalise(then), ref);
      }
    });

    test('what the new release no longer has is gone', async () => {
      const wanted = new Set(release12(MANIFEST).controlPlane.map(kindAndName));
      const gone = istioManifests(MANIFEST)
        .controlPlane.map(storedToday)
        .filter((one) => !wanted.has(kindAndName(one)));
      assert.ok(gone.length > 5, `${gone.length} objects go`);
      for (const one of gone) assert.equal(await cluster.get(one), undefined, kindAndName(one));
    });

    test('a second plan has nothing to do', async () => {
      const { out } = await command('plan', '--release', target);
      assert.match(out, /nothing to do/);
    });

    test('rollback brings every object back, and a second one has nothing to go back from', async () => {
      const { exit, err, out } = await command('rollback', '--yes');
      assert.equal(exit, 0, `${out}${err}`);
      for (const [name, before] of await liveObjects(cluster)) assert.deepEqual(before, old.get(name), name);
      assert.equal((await liveObjects(cluster)).size, old.size);
      assert.equal((await command('rollback', '--yes')).exit, 3);
    });
  };
  if (missing === undefined)
    istioTests(`the upgrade from 1.1.17 to 1.2.0 Helm's way, with Helm ${helm.version}`, define);
  else helmTests("the upgrade from 1.1.17 to 1.2.0 Helm's way", missing, define);
}
