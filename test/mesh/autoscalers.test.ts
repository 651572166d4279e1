import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type K8sObject, refOf } from '../../src/core/object.ts';
import { snapshotOf } from '../../src/core/snapshot.ts';
import { autoscalersOf } from '../../src/mesh/autoscalers.ts';
import { deployment, object } from '../objects.ts';

const PILOT = refOf(deployment('istio-system/istio-pilot'));

const autoscaler = (
  name: string,
  spec: { readonly name?: string; readonly kind?: string; readonly minReplicas?: number },
) =>
  object('autoscaling/v1', 'HorizontalPodAutoscaler', `istio-system/${name}`, {
    spec: {
      maxReplicas: 5,
      scaleTargetRef: { apiVersion: 'apps/v1beta1', kind: spec.kind ?? 'Deployment', name: spec.name ?? 'istio-pilot' },
      ...(spec.minReplicas === undefined ? {} : { minReplicas: spec.minReplicas }),
    },
  });

const found = (...objects: readonly K8sObject[]) => autoscalersOf(snapshotOf(objects)).of(PILOT);

test('an autoscaler is found by what it scales, in whatever version it names it', () => {
  const { ref, least, most } = found(autoscaler('any-name', { minReplicas: 2 })) ?? {};
  assert.deepEqual([ref?.name, least, most], ['any-name', 2, 5]);
});

test('without a minimum it is one', () => {
  assert.equal(found(autoscaler('a', {}))?.least, 1);
});

test('one of another namespace, name or kind is none', () => {
  const elsewhere = autoscaler('istio-pilot', {});
  const moved = { ...elsewhere, metadata: { ...elsewhere.metadata, namespace: 'istio-test' } };
  assert.equal(found(moved), undefined);
  assert.equal(found(autoscaler('istio-pilot', { name: 'istio-galley' })), undefined);
  assert.equal(found(autoscaler('istio-pilot', { kind: 'StatefulSet' })), undefined);
});
