import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { K8sObject } from '../../src/core/object.ts';
import { listTypesOf, withListKeyDefaults } from '../../src/fields/list-types.ts';

const service = (ports: readonly { readonly port: number; readonly protocol?: string }[]): K8sObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 's' },
  spec: { ports },
});

test('a port that says no protocol gets TCP', () => {
  assert.deepEqual(
    withListKeyDefaults(service([{ port: 80 }, { port: 53, protocol: 'UDP' }])),
    service([
      { port: 80, protocol: 'TCP' },
      { port: 53, protocol: 'UDP' },
    ]),
  );
});

test('ports of containers get their protocol wherever there is a pod template', () => {
  const cronJob = (port: { readonly containerPort: number; readonly protocol?: string }): K8sObject => ({
    apiVersion: 'batch/v1beta1',
    kind: 'CronJob',
    metadata: { name: 'j' },
    spec: { jobTemplate: { spec: { template: { spec: { containers: [{ name: 'c', ports: [port] }] } } } } },
  });
  assert.deepEqual(withListKeyDefaults(cronJob({ containerPort: 1 })), cronJob({ containerPort: 1, protocol: 'TCP' }));
  assert.deepEqual(listTypesOf('Deployment').lists.get('spec.template.spec.initContainers.ports'), [
    'containerPort',
    'protocol',
  ]);
});

test('a port without a protocol stays so in lists that have no keys', () => {
  const custom: K8sObject = {
    apiVersion: 'serving.example.com/v1',
    kind: 'Service',
    metadata: { name: 's' },
    spec: { ports: [{ port: 80 }] },
  };
  assert.deepEqual(withListKeyDefaults(custom), custom);
  const endpoints: K8sObject = {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name: 's' },
    subsets: [{ ports: [{ port: 80 }] }],
  };
  assert.deepEqual(withListKeyDefaults(endpoints), endpoints);
});

test('the input is left as it is', () => {
  const object = service([{ port: 80 }]);
  withListKeyDefaults(object);
  assert.deepEqual(object, service([{ port: 80 }]));
});

test('a kind that is called like a property of every object has no list types', () => {
  assert.equal(listTypesOf('constructor').atomicMaps.size, 0);
});
