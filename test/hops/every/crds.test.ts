import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crds } from '../../../src/hops/every/crds.ts';
import { object } from '../../objects.ts';
import { contextOf, wishText } from '../context.ts';

test('every CustomResourceDefinition of the release is wanted in the first phase, nothing else is', () => {
  const target = [
    object('v1', 'Service', 'istio-system/istio-pilot'),
    object('apiextensions.k8s.io/v1beta1', 'CustomResourceDefinition', 'gateways.networking.istio.io'),
  ];
  const { wishes = [], problems, skipped } = crds.apply(contextOf({ target }));
  assert.deepEqual(wishes.map(wishText), [
    'installed CustomResourceDefinition.apiextensions.k8s.io/gateways.networking.istio.io',
  ]);
  assert.deepEqual(
    wishes.map(({ phase, stage, because }) => [phase, stage, because.rule]),
    [['crds', 'write', 'crds']],
  );
  assert.deepEqual([problems, skipped], [undefined, undefined]);
});
