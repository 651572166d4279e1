import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resourceNameOf } from '../../src/mesh/resource-name.ts';

test('the plural follows the rules of English', () => {
  const kinds = ['Deployment', 'Policy', 'Gateway', 'Ingress', 'Endpoints', 'kubernetes', 'ServiceEntry', 'rule'];
  assert.deepEqual(
    kinds.map((kind) => resourceNameOf({ group: 'g', kind }).resource),
    ['deployments', 'policies', 'gateways', 'ingresses', 'endpoints', 'kuberneteses', 'serviceentries', 'rules'],
  );
});

test('the group is the one in which servers of today keep the kind', () => {
  assert.equal(resourceNameOf({ group: 'extensions', kind: 'Deployment' }).group, 'apps');
  assert.equal(resourceNameOf({ group: 'extensions', kind: 'Ingress' }).group, 'networking.k8s.io');
  assert.equal(resourceNameOf({ group: 'policy', kind: 'PodDisruptionBudget' }).group, 'policy');
});
