import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listAt, valueAt } from '../../src/core/json.ts';
import { type K8sObject, refOf } from '../../src/core/object.ts';
import type { MemoryClusterPort } from '../../src/memory/memory-cluster.ts';
import { clusterOf, resourceIn } from '../app/in-memory.ts';
import { controlPlane, workload } from '../app/sidecar-mesh.ts';

const images = (pods: readonly K8sObject[]) =>
  pods.map((pod) => listAt(valueAt(pod, 'spec', 'containers')).map((container) => valueAt(container, 'image')));
const podsIn = (cluster: MemoryClusterPort) => cluster.snapshot().filter(({ kind }) => kind === 'Pod');

async function annotate(cluster: MemoryClusterPort, target: K8sObject): Promise<void> {
  const value = { changed: 'yes' };
  await cluster.patch(await resourceIn(cluster, target), refOf(target), [
    { op: 'add', path: '/spec/template/metadata/annotations', value },
  ]);
}

test("a changed template makes a workload's pods anew, with the injector's sidecar, and nobody else's", async () => {
  for (const kind of ['Deployment', 'StatefulSet', 'DaemonSet'] as const) {
    const [live, ...pods] = workload('shop/cart', { kind });
    assert.ok(live);
    const cluster = clusterOf(...controlPlane(), live, ...pods, ...workload('shop/cart-2'));
    const before = podsIn(cluster).map(({ metadata }) => metadata.uid);
    await annotate(cluster, live);
    const mine = podsIn(cluster).filter(({ metadata }) => /^cart-\d$/.test(metadata.name));
    assert.deepEqual(images(mine), Array(2).fill(['shop/app:1', 'docker.io/istio/proxyv2:1.2.10']), kind);
    for (const pod of mine) {
      assert.equal(valueAt(pod, 'metadata', 'annotations', 'changed'), 'yes');
      assert.ok(!before.includes(pod.metadata.uid));
    }
    const others = podsIn(cluster).filter(({ metadata }) => /^cart-2-/.test(metadata.name));
    assert.deepEqual(images(others), Array(2).fill(['shop/app:1', 'docker.io/istio/proxyv2:1.1.17']));
  }
});

test('a write that leaves the template as it is, or a workload that is OnDelete, makes none anew', async () => {
  const [live, ...pods] = workload('shop/agent', { kind: 'DaemonSet', spec: { updateStrategy: { type: 'OnDelete' } } });
  const [other, ...others] = workload('shop/cart');
  assert.ok(live && other);
  const cluster = clusterOf(...controlPlane(), live, ...pods, other, ...others);
  const before = podsIn(cluster);
  await annotate(cluster, live);
  await cluster.patch(await resourceIn(cluster, other), refOf(other), [
    { op: 'add', path: '/spec/replicas', value: 3 },
  ]);
  assert.deepEqual(podsIn(cluster), before);
});

test('an evicted pod is made anew; one of nobody is gone, and so is one that was made anew meanwhile', async () => {
  const [live, first, second] = workload('shop/agent', {
    kind: 'DaemonSet',
    spec: { updateStrategy: { type: 'OnDelete' } },
  });
  assert.ok(live && first && second);
  const { ownerReferences: _nobody, ...metadata } = second.metadata;
  const bare = { ...second, metadata: { ...metadata, name: 'bare' } };
  const cluster = clusterOf(...controlPlane(), live, first, bare);
  const [pod, alone] = podsIn(cluster);
  assert.ok(pod && alone);
  await cluster.evict(pod);
  await cluster.evict(alone);
  assert.deepEqual(images(podsIn(cluster)), [['shop/app:1', 'docker.io/istio/proxyv2:1.2.10']]);
  await assert.rejects(cluster.evict(pod), { status: 404 });
});
