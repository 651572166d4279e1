import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { valueAt } from '../../src/core/json.ts';
import type { K8sObject } from '../../src/core/object.ts';
import { fieldsOf } from '../../src/fields/applied-fields.ts';
import { difference, EMPTY } from '../../src/fields/field-set.ts';
import { mergeApplied } from '../../src/fields/merge.ts';
import { anyCustomResource, deployment } from './samples.ts';

const podSpec = (containers: readonly object[]): K8sObject =>
  JSON.parse(JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers } }));

test('an applied configuration merged over itself is itself, and twice is once', () => {
  assert.deepEqual(mergeApplied(deployment, deployment), deployment);
  fc.assert(
    fc.property(anyCustomResource, anyCustomResource, (live, body) => {
      const merged = mergeApplied(live, body);
      assert.deepEqual(mergeApplied(merged, body), merged);
      assert.deepEqual(difference(fieldsOf(body), fieldsOf(merged)), EMPTY);
    }),
  );
});

test('items keep the live order and new ones come last', () => {
  const live = podSpec([
    { name: 'a', image: '1', args: ['x', 'y'] },
    { name: 'b', image: '1' },
  ]);
  const merged = mergeApplied(
    live,
    podSpec([
      { name: 'c', image: '2' },
      { name: 'b', image: '2' },
      { name: 'a', args: ['z'] },
    ]),
  );
  assert.deepEqual(
    merged,
    podSpec([
      { name: 'a', image: '1', args: ['z'] },
      { name: 'b', image: '2' },
      { name: 'c', image: '2' },
    ]),
  );
});

test('sets are united', () => {
  const merged = mergeApplied(deployment, {
    ...deployment,
    metadata: { name: 'pilot', finalizers: ['example.com/c', 'example.com/b'] },
  });
  assert.deepEqual(merged.metadata.finalizers, ['example.com/a', 'example.com/b', 'example.com/c']);
});

test('selectors, and lists of custom resources, are replaced whole', () => {
  const body = { ...deployment, spec: { selector: { matchLabels: { istio: 'pilot' } } } };
  assert.deepEqual(valueAt(mergeApplied(deployment, body), 'spec', 'selector'), { matchLabels: { istio: 'pilot' } });
  const rule = { apiVersion: 'example.com/v1', kind: 'Rule', metadata: { name: 'r' } };
  const merged = mergeApplied(
    { ...rule, spec: { subsets: [{ name: 'a' }, { name: 'b' }] } },
    { ...rule, spec: { subsets: [{ name: 'b' }] } },
  );
  assert.deepEqual(merged.spec, { subsets: [{ name: 'b' }] });
});

test('nulls of the body are no wish', () => {
  const merged = mergeApplied(deployment, {
    ...deployment,
    metadata: { name: 'pilot', labels: null },
    spec: { replicas: null },
  });
  assert.deepEqual(merged, deployment);
});

test('a service port without its protocol is the port with it', () => {
  const service = (port: object): K8sObject =>
    JSON.parse(JSON.stringify({ apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec: { ports: [port] } }));
  assert.deepEqual(
    mergeApplied(service({ port: 80, protocol: 'TCP' }), service({ port: 80, name: 'http' })),
    service({ port: 80, protocol: 'TCP', name: 'http' }),
  );
});
