import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Change } from '../../src/core/change.ts';
import { type K8sObject, refText } from '../../src/core/object.ts';
import { inOrder } from '../../src/plan/order.ts';
import { change, object } from '../objects.ts';

const ISTIO = 'istio-system';
const update = (target: K8sObject, parts: Partial<Pick<Change, 'phase' | 'stage'>> = {}): Change =>
  change(target, target, parts);
const deletion = (target: K8sObject, stage: Change['stage'] = 'clean-up'): Change => {
  const { after: _after, ...shared } = change(target, target, { stage, steps: [{ do: 'delete' }] });
  return { ...shared, op: 'delete' };
};
const names = (changes: readonly Change[]) => inOrder(changes).map(({ op, ref }) => `${op} ${refText(ref)}`);

const CHANGES: readonly Change[] = [
  update(object('apps/v1', 'Deployment', `${ISTIO}/istio-pilot`)),
  update(object('v1', 'Service', `${ISTIO}/istio-pilot`)),
  update(object('networking.istio.io/v1alpha3', 'Gateway', `${ISTIO}/ingress`)),
  update(object('admissionregistration.k8s.io/v1beta1', 'MutatingWebhookConfiguration', 'istio-sidecar-injector')),
  update(object('apps/v1', 'Deployment', `${ISTIO}/istio-sidecar-injector`)),
  update(object('v1', 'ConfigMap', `${ISTIO}/istio-sidecar-injector`)),
  update(object('v1', 'ConfigMap', `${ISTIO}/istio`)),
  update(object('v1', 'ServiceAccount', `${ISTIO}/istio-pilot`)),
  update(object('authentication.istio.io/v1alpha1', 'MeshPolicy', 'default'), { stage: 'after-rollout' }),
  update(object('v1', 'ConfigMap', 'shop/early'), { phase: 'config' }),
  update(object('apiextensions.k8s.io/v1beta1', 'CustomResourceDefinition', 'x.example.org'), { phase: 'crds' }),
  deletion(object('v1', 'ServiceAccount', `${ISTIO}/old`)),
  deletion(object('apps/v1', 'Deployment', `${ISTIO}/old`)),
];

test('phases, then stages, then what others need; deletions run backwards', () => {
  assert.deepEqual(names(CHANGES), [
    'update CustomResourceDefinition.apiextensions.k8s.io/x.example.org',
    'update ConfigMap/shop/early',
    `update ServiceAccount/${ISTIO}/istio-pilot`,
    `update Service/${ISTIO}/istio-pilot`,
    `update ConfigMap/${ISTIO}/istio`,
    `update Deployment.apps/${ISTIO}/istio-pilot`,
    `update ConfigMap/${ISTIO}/istio-sidecar-injector`,
    `update Deployment.apps/${ISTIO}/istio-sidecar-injector`,
    'update MutatingWebhookConfiguration.admissionregistration.k8s.io/istio-sidecar-injector',
    `update Gateway.networking.istio.io/${ISTIO}/ingress`,
    'update MeshPolicy.authentication.istio.io/default',
    `delete Deployment.apps/${ISTIO}/old`,
    `delete ServiceAccount/${ISTIO}/old`,
  ]);
});

test('the order is the same however the changes come in', () => {
  const expected = names(CHANGES);
  assert.deepEqual(names([...CHANGES].reverse()), expected);
  for (const [index] of CHANGES.entries()) {
    assert.deepEqual(names([...CHANGES.slice(index), ...CHANGES.slice(0, index)]), expected);
  }
});

test('within one stage everything is written before anything is deleted', () => {
  const mixed = [
    deletion(object('v1', 'Service', `${ISTIO}/old`), 'write'),
    update(object('apps/v1', 'Deployment', `${ISTIO}/new`)),
    deletion(object('apps/v1', 'Deployment', `${ISTIO}/old`), 'write'),
    update(object('v1', 'Service', `${ISTIO}/new`)),
  ];
  const expected = [
    `update Service/${ISTIO}/new`,
    `update Deployment.apps/${ISTIO}/new`,
    `delete Deployment.apps/${ISTIO}/old`,
    `delete Service/${ISTIO}/old`,
  ];
  assert.deepEqual(names(mixed), expected);
  assert.deepEqual(names([...mixed].reverse()), expected);
});

test('objects of one kind go by name, and the input stays in its order', () => {
  const changes = ['c', 'a', 'b'].map((name) => update(object('v1', 'ConfigMap', `${ISTIO}/${name}`)));
  assert.deepEqual(
    inOrder(changes).map(({ ref }) => ref.name),
    ['a', 'b', 'c'],
  );
  assert.deepEqual(
    changes.map(({ ref }) => ref.name),
    ['c', 'a', 'b'],
  );
});

test("a custom resource whose kind is called like a built-in one's is not taken for it", () => {
  const [first] = inOrder([
    update(object('rbac.istio.io/v1alpha1', 'Role', 'a/a')),
    update(object('apps/v1', 'Deployment', 'a/b')),
  ]);
  assert.equal(first?.ref.kind, 'Deployment');
});
