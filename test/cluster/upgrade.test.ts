import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type JsonObject, valueAt } from '../../src/core/json.ts';
import { type K8sObject, refOf, refText } from '../../src/core/object.ts';
import { run } from '../cli/run.ts';
import { comparable, differences, withoutSelector } from './compare.ts';
import { istioTests } from './harness/binaries.ts';
import { applyClientSide } from './harness/client-side-apply.ts';
import type { TestCluster } from './harness/cluster.ts';
import { startControlPlane } from './harness/control-plane.ts';
import { watchEndpoints } from './harness/endpoints.ts';
import type { SavedState } from './harness/etcd.ts';
import { type Galley, startGalley } from './harness/galley.ts';
import type { ControlPlaneManifest } from './harness/istio-manifests.ts';
import { standInKubelet } from './harness/kubelet.ts';
import { rolledOut } from './harness/rollout.ts';
import { ISTIO_SYSTEM, type SeedVariant, seedIstio11 } from './harness/seed.ts';
import { eventually } from './harness/waiting.ts';
import { watchObjects } from './harness/watch.ts';
import { type Release, release12 } from './istio-1.2.ts';

const MANIFESTS: readonly ControlPlaneManifest[] = ['control-plane.yaml', 'control-plane-mtls.yaml'];
const VARIANTS: readonly SeedVariant[] = ['kubectl-apply', 'create', 'no-managed-fields'];
const GALLEY: K8sObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { namespace: ISTIO_SYSTEM, name: 'istio-galley' },
};
const PILOT: K8sObject = { ...GALLEY, metadata: { ...GALLEY.metadata, name: 'istio-pilot' } };

istioTests('the upgrade from 1.1.17 to 1.2.0', () => {
  let cluster: TestCluster;
  let galley: Galley;
  let empty: SavedState;
  before(async () => {
    cluster = await startControlPlane();
    await standInKubelet(cluster);
    galley = await startGalley(cluster);
    empty = await cluster.saveState();
  });
  after(() => cluster?.stop());

  for (const manifest of MANIFESTS) {
    const fresh = new Map<string, JsonObject>();

    test(`${manifest}: what a fresh install gives is known`, async () => {
      const release = release12(manifest);
      await cluster.restoreState(empty);
      await install(cluster, release);
      for (const object of wanted(release)) fresh.set(keyOf(object), comparable(await must(cluster, object)));
      assert.ok(fresh.size > 100);
    });

    for (const variant of VARIANTS) {
      test(`${manifest}, installed by ${variant}: upgraded without an outage to what a fresh install gives`, async () => {
        const release = release12(manifest);
        await cluster.restoreState(empty);
        await seedIstio11(cluster, { manifests: manifest, variant });
        await galley.register();
        const additions = variant === 'no-managed-fields' ? await addByHand(cluster) : [];
        await scaleTo(cluster, GALLEY, 4);
        await scaleTo(cluster, PILOT, 3);
        await rolledOut(cluster, ISTIO_SYSTEM);
        const env = { KUBECONFIG: cluster.kubeconfig() };

        const planned = await run(['plan', ...release.flags, '--quiet'], { env });
        assert.equal(planned.exit, 0, planned.out + planned.err);
        assert.doesNotMatch(planned.out, /blocker|ValidatingWebhookConfiguration/);
        const refusedDryRuns = galley.requests.length;

        const sets = await replicaSetsOf(cluster);
        const endpoints = await watchEndpoints(cluster, ISTIO_SYSTEM);
        const hooks = hookWatch(cluster);
        const applied = await run(['apply', ...release.flags, '--yes', '--timeout', '120s'], { env });
        assert.equal(applied.exit, 0, applied.err);
        assert.deepEqual(await endpoints.stop(), [], 'no Service lost its endpoints');
        assert.ok(endpoints.services.size >= 8, `${endpoints.services.size} Services were watched`);
        assert.deepEqual(hooks.stop(), [], 'no hook was ever created');
        assert.ok(galley.requests.length > refusedDryRuns, 'Galley saw the writes');

        const found = await unlike(cluster, release, fresh);
        assert.equal(found.length, additions.length, found.join('\n'));
        for (const addition of additions)
          assert.ok(
            found.some((difference) => difference.includes(addition)),
            addition,
          );
        for (const [deployment, replicas] of [
          [GALLEY, 4],
          [PILOT, 3],
        ] as const) {
          const live = await must(cluster, deployment);
          assert.deepEqual(
            [valueAt(live, 'spec', 'replicas'), valueAt(live, 'status', 'readyReplicas')],
            [replicas, replicas],
          );
        }

        const added = [...(await replicaSetsOf(cluster))].map(([owner, count]) => count - (sets.get(owner) ?? 0));
        assert.deepEqual(new Set(added), new Set([1]), 'every Deployment rolled out once');

        const again = await run(['plan', ...release.flags, '--detailed-exitcode'], { env });
        assert.match(again.out, /^nothing to do: \d+ objects are as they should be/m);
        assert.equal(again.exit, 0);

        await assertKubectlChangesNothing(cluster, release, variant);
        if (variant === 'create') return;
        const last = await run(['plan', ...release.flags], { env });
        assert.match(last.out, /^nothing to do/m);
      });
    }
  }
});

/** Everything the release brings, the Job's objects included. */
function wanted({ crds, controlPlane, customResources }: Release): readonly K8sObject[] {
  return [...crds, ...controlPlane, ...customResources];
}

function keyOf(object: K8sObject): string {
  return refText(refOf(object));
}

async function must(cluster: TestCluster, object: K8sObject): Promise<K8sObject> {
  const live = await cluster.get(object);
  assert.ok(live, `${keyOf(object)} exists`);
  return live;
}

async function install(cluster: TestCluster, { crds, controlPlane, customResources }: Release): Promise<void> {
  await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: ISTIO_SYSTEM } });
  await Promise.all(crds.map((crd) => applyClientSide(cluster, crd)));
  for (const object of [...controlPlane, ...customResources]) {
    await eventually(async () => ((await cluster.serves(object.apiVersion, object.kind)) ? true : undefined), {
      what: `${object.kind} to be served`,
    });
  }
  await Promise.all([...controlPlane, ...customResources].map((object) => applyClientSide(cluster, object)));
  await rolledOut(cluster, ISTIO_SYSTEM);
}

async function scaleTo(cluster: TestCluster, { metadata }: K8sObject, replicas: number): Promise<void> {
  const { code, stderr } = await cluster.kubectl([
    '-n',
    ISTIO_SYSTEM,
    'scale',
    'deployment',
    metadata.name,
    `--replicas=${replicas}`,
  ]);
  assert.equal(code, 0, stderr);
}

/** What people set on objects that have no record of owners; @returns how that differs from a fresh install, which it has to go on doing. */
async function addByHand(cluster: TestCluster): Promise<readonly string[]> {
  const gateway = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { namespace: ISTIO_SYSTEM, name: 'istio-ingressgateway' },
  };
  const annotations = { 'service.beta.kubernetes.io/aws-load-balancer-type': 'nlb' };
  const spec = { loadBalancerSourceRanges: ['10.0.0.0/8'] };
  await cluster.patch(gateway, 'merge', { metadata: { annotations }, spec });
  const env = [{ name: 'ADDED', value: 'by hand' }];
  const containers = [{ name: 'discovery', env }];
  await cluster.patch(PILOT, 'strategic-merge', { spec: { template: { spec: { containers } } } });
  const pilot = await must(cluster, PILOT);
  assert.equal(pilot.metadata.managedFields, undefined, 'still without a record');
  return ['annotations', 'loadBalancerSourceRanges', 'ADDED'];
}

/** How many ReplicaSets each Deployment has: one for each time it rolled out. */
async function replicaSetsOf(cluster: TestCluster): Promise<ReadonlyMap<string, number>> {
  const sets = await cluster.list('apps/v1', 'ReplicaSet', ISTIO_SYSTEM);
  const byOwner = Map.groupBy(sets, (set) => `${valueAt(set, 'metadata', 'ownerReferences', 0, 'name')}`);
  return new Map([...byOwner].map(([owner, owned]) => [owner, owned.length]));
}

/** How the live objects differ from a fresh install's: selectors that were kept and the two scales aside. */
async function unlike(
  cluster: TestCluster,
  release: Release,
  fresh: ReadonlyMap<string, JsonObject>,
): Promise<readonly string[]> {
  const found = await Promise.all(
    wanted(release).map(async (object) => {
      const live = comparable(await must(cluster, object));
      const isKept = object.kind === 'Deployment';
      const [a, b] = [live, fresh.get(keyOf(object)) ?? {}].map((one) => (isKept ? withoutSelector(one) : one));
      return differences(a, b).map((difference) => `${keyOf(object)}${difference}`);
    }),
  );
  const scales = [`${keyOf(GALLEY)}.spec.replicas: 4 is not 1`, `${keyOf(PILOT)}.spec.replicas: 3 is not 1`];
  return found.flat().filter((difference) => !scales.includes(difference));
}

/** Every Job, and everything called after the hook that deletes certificates, that exists at any time from now on. */
function hookWatch(cluster: TestCluster): { stop: () => readonly string[] } {
  const seen = new Set<string>();
  const paths = [
    '/apis/batch/v1/jobs',
    '/api/v1/namespaces/istio-system/serviceaccounts',
    '/apis/rbac.authorization.k8s.io/v1/clusterroles',
  ];
  const watches = paths.map((path) =>
    watchObjects(cluster, path, ({ object }) => {
      if (object.kind === 'Job' || object.metadata.name.includes('cleanup-secrets')) seen.add(keyOf(object));
    }),
  );
  return {
    stop: () => {
      for (const watch of watches) watch.stop();
      return [...seen];
    },
  };
}

/**
 * `kubectl apply` of the same manifests finds every object as its record says. Two exceptions: the scale of a Deployment whose manifest
 * names another, as the plan has said; and objects that nobody ever applied and that the upgrade did not change, which have no record.
 */
async function assertKubectlChangesNothing(
  cluster: TestCluster,
  release: Release,
  variant: SeedVariant,
): Promise<void> {
  const objects = [...release.crds, ...release.controlPlane];
  const before = await Promise.all(objects.map((object) => must(cluster, object)));
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  const { code, stderr } = await cluster.kubectl(['apply', '-f', '-'], { input });
  assert.equal(code, 0, stderr);
  const after = await Promise.all(objects.map((object) => must(cluster, object)));
  const changed = objects.flatMap((object, index) => {
    if (lastApplied(before[index]) === undefined) return [];
    const [a, b] = [before[index], after[index]].map((one) => comparable(one ?? object));
    return differences(a, b).map((difference) => `${keyOf(object)}${difference}`);
  });
  assert.deepEqual(changed, [`${keyOf(GALLEY)}.spec.replicas: 4 is not 1`]);
  const recorded = objects.filter((_, index) => lastApplied(before[index]) !== undefined);
  assert.ok(variant === 'create' || recorded.length === objects.length, 'every object has a record');
  const rewritten = objects.filter(
    (_, index) => lastApplied(before[index]) !== undefined && lastApplied(before[index]) !== lastApplied(after[index]),
  );
  assert.deepEqual(rewritten.map(keyOf), [], "kubectl's record was right");
}

function lastApplied(object: K8sObject | undefined): unknown {
  return valueAt(object, 'metadata', 'annotations', 'kubectl.kubernetes.io/last-applied-configuration');
}
