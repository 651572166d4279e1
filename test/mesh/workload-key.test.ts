import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refText } from '../../src/core/object.ts';
import { likelyDeployment, mayHaveOwner, ownerOfPod } from '../../src/mesh/workload-key.ts';
import { object } from '../objects.ts';

function ownerOf(apiVersion: string, kind: string, { controller = true, hash = '' } = {}) {
  const ownerReferences = [{ apiVersion, kind, name: 'cart-5d4', uid: 'u', controller }];
  const labels = hash === '' ? {} : { 'pod-template-hash': hash };
  return ownerOfPod(object('v1', 'Pod', 'shop/cart-5d4-a', { metadata: { ownerReferences, labels } }));
}

test('the owner of a pod is its controller; a pod that nobody controls, or a kubelet, is its own', () => {
  assert.equal(refText(ownerOf('apps/v1', 'StatefulSet').ref), 'StatefulSet.apps/shop/cart-5d4');
  assert.equal(refText(ownerOf('v1', 'ReplicationController').ref), 'ReplicationController/shop/cart-5d4');
  assert.equal(refText(ownerOf('apps/v1', 'StatefulSet', { controller: false }).ref), 'Pod/shop/cart-5d4-a');
  assert.equal(refText(ownerOf('v1', 'Node').ref), 'Pod/shop/cart-5d4-a');
  assert.equal(refText(ownerOfPod(object('v1', 'Pod', 'shop/debug')).ref), 'Pod/shop/debug');
});

test('a ReplicaSet of the old API group is the same as of the new one', () => {
  assert.equal(refText(ownerOf('extensions/v1beta1', 'ReplicaSet').ref), 'ReplicaSet.apps/shop/cart-5d4');
});

test('ReplicaSets, Jobs and ReplicationControllers may have owners, other kinds count as workloads themselves', () => {
  const may = (apiVersion: string, kind: string) => mayHaveOwner(ownerOf(apiVersion, kind).ref);
  assert.deepEqual(
    [may('apps/v1', 'ReplicaSet'), may('batch/v1', 'Job'), may('v1', 'ReplicationController')],
    [true, true, true],
  );
  assert.deepEqual([may('apps/v1', 'StatefulSet'), may('example.org/v1', 'Job')], [false, false]);
});

test("a Deployment's name is its ReplicaSet's without the hash that its pods are labelled with", () => {
  const named = (hash: string, kind = 'ReplicaSet') => likelyDeployment(ownerOf('apps/v1', kind, { hash }))?.name;
  assert.equal(named('5d4'), 'cart');
  assert.equal(named('777'), undefined);
  assert.equal(named(''), undefined);
  assert.equal(named('5d4', 'StatefulSet'), undefined);
});
