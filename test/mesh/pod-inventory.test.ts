import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../src/core/json.ts';
import { podInventory } from '../../src/mesh/pod-inventory.ts';
import { object } from '../objects.ts';

function pod(name: string, owner: string, image?: string, status: JsonObject = {}) {
  const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: owner, uid: 'u', controller: true }];
  const proxy = image === undefined ? [] : [{ name: 'istio-proxy', image, args: ['proxy', 'sidecar'] }];
  return object('v1', 'Pod', `shop/${name}`, { metadata: { ownerReferences }, spec: { containers: proxy }, status });
}

const READY = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };

test('pods are counted by owner and image, ready ones apart', () => {
  const inventory = podInventory('istio-system');
  inventory.add(pod('a', 'cart', 'proxyv2:1.1.17', READY));
  inventory.add(pod('b', 'cart', 'proxyv2:1.2.10', { conditions: [{ type: 'Ready', status: 'False' }] }));
  inventory.add(pod('c', 'cart', 'proxyv2:1.2.10', READY));
  inventory.add(pod('d', 'cart'));
  inventory.add(pod('e', 'web'));
  const [cart, web, ...rest] = inventory.groups();
  assert.equal(rest.length, 0);
  assert.deepEqual([cart?.owner.ref.name, cart?.pods, cart?.ready], ['cart', 4, 2]);
  assert.deepEqual(
    [...(cart?.images ?? [])],
    [
      ['proxyv2:1.1.17', 1],
      ['proxyv2:1.2.10', 2],
    ],
  );
  assert.deepEqual([web?.pods, web?.images.size], [1, 0]);
});

test('pods that have ended run nothing', () => {
  const inventory = podInventory('istio-system');
  for (const phase of ['Succeeded', 'Failed']) inventory.add(pod(phase, 'cart', 'proxyv2:1.1.17', { phase }));
  assert.deepEqual(inventory.groups(), []);
});

test('only pods that are wanted count', () => {
  const inventory = podInventory('istio-system', (role, namespace) => role !== 'workload' || namespace !== 'shop');
  inventory.add(pod('a', 'cart', 'proxyv2:1.1.17'));
  assert.deepEqual(inventory.groups(), []);
});
