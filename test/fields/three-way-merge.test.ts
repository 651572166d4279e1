import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../src/core/json.ts';
import { mergedByHelm } from '../../src/fields/three-way-merge.ts';
import { object } from '../objects.ts';

const configMap = (data: JsonObject) => object('v1', 'ConfigMap', 'istio-system/istio', { data });
const handler = (spec: JsonObject) =>
  object('config.istio.io/v1alpha2', 'handler', 'istio-system/prometheus', { spec });
const workload = (pod: JsonObject, spec: JsonObject = {}) =>
  object('apps/v1', 'Deployment', 'istio-system/istio-pilot', { spec: { ...spec, template: { spec: pod } } });
const container = (fields: JsonObject) => ({ containers: [{ name: 'discovery', ...fields }] });
const named = (...names: readonly string[]) => names.map((name) => ({ name, value: '1' }));

test('what only the live object has stays, what the new manifest no longer has goes, what it says is set', () => {
  const merged = mergedByHelm({
    original: configMap({ mesh: 'old', retired: 'yes' }),
    modified: configMap({ mesh: 'new', added: 'yes' }),
    live: configMap({ mesh: 'edited', retired: 'edited', own: 'kept' }),
  });
  assert.deepEqual(merged.data, { mesh: 'new', own: 'kept', added: 'yes' });
});

test('a built-in kind is set to what the manifest says even where no manifest changed', () => {
  const same = configMap({ mesh: 'manifest' });
  const merged = mergedByHelm({ original: same, modified: same, live: configMap({ mesh: 'edited' }) });
  assert.deepEqual(merged.data, { mesh: 'manifest' });
});

test('of a custom resource only what differs between the manifests is touched, and lists are one value', () => {
  const merged = mergedByHelm({
    original: handler({ same: 'a', changed: { a: 1 }, list: [1, 2], gone: true }),
    modified: handler({ same: 'a', changed: { a: 2 }, list: [2] }),
    live: handler({ same: 'edited', changed: { a: 9, own: 1 }, list: [1, 2, 3], gone: 'edited', own: true }),
  });
  assert.deepEqual(merged.spec, { same: 'edited', changed: { a: 2, own: 1 }, list: [2], own: true });
});

test('items of keyed lists are merged by their key: container ports by their number alone', () => {
  const merged = mergedByHelm({
    original: workload(container({ ports: [{ containerPort: 8080 }, { containerPort: 9093 }] })),
    modified: workload(container({ ports: [{ containerPort: 8080, name: 'http' }, { containerPort: 15012 }] })),
    live: workload(
      container({
        ports: [
          { containerPort: 8080, protocol: 'TCP' },
          { containerPort: 9093, protocol: 'TCP' },
        ],
      }),
    ),
  });
  assert.deepEqual(
    merged.spec,
    workload(container({ ports: [{ containerPort: 8080, protocol: 'TCP', name: 'http' }, { containerPort: 15012 }] }))
      .spec,
  );
});

const ORDERS: readonly (readonly [string, Record<'original' | 'modified' | 'live' | 'merged', readonly string[]>])[] = [
  [
    'a new item comes before one of the live object',
    { original: ['A'], modified: ['A', 'N'], live: ['A', 'own'], merged: ['A', 'N', 'own'] },
  ],
  [
    'in the place of one that goes it comes behind',
    { original: ['A', 'B'], modified: ['A', 'N'], live: ['A', 'B', 'own'], merged: ['A', 'own', 'N'] },
  ],
  [
    'as many as go, and no more',
    { original: ['A', 'B'], modified: ['N', 'M', 'A'], live: ['own', 'A', 'B'], merged: ['own', 'N', 'M', 'A'] },
  ],
  [
    'one between two of the manifest stays there',
    { original: ['A', 'B'], modified: ['A', 'B'], live: ['A', 'own', 'B'], merged: ['A', 'own', 'B'] },
  ],
  [
    "the manifest's own order counts",
    { original: ['A', 'B'], modified: ['B', 'A'], live: ['A', 'B'], merged: ['B', 'A'] },
  ],
];
for (const [name, { original, modified, live, merged }] of ORDERS)
  test(`the order of variables: ${name}`, () => {
    const env = (names: readonly string[]) => workload(container({ env: named(...names) }));
    const sides = { original: env(original), modified: env(modified), live: env(live) };
    assert.deepEqual(mergedByHelm(sides).spec, env(merged).spec);
  });

test('selectors are merged by key, so that one that the record does not have stays as it is', () => {
  const selector = (matchLabels: JsonObject) => workload({}, { selector: { matchLabels } });
  const live = selector({ istio: 'pilot', chart: 'pilot' });
  const merged = mergedByHelm({ original: workload({}), modified: selector({ istio: 'pilot' }), live });
  assert.deepEqual(merged.spec, live.spec);
});

test('of a union the members that the manifest does not name go: an update strategy, the source of a volume', () => {
  const merged = mergedByHelm({
    original: workload({ volumes: [{ name: 'config', configMap: { name: 'old' } }] }),
    modified: workload(
      { volumes: [{ name: 'config', secret: { secretName: 'new' } }] },
      { strategy: { type: 'Recreate' } },
    ),
    live: workload(
      { volumes: [{ name: 'config', configMap: { name: 'old', defaultMode: 420 } }] },
      { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } },
    ),
  });
  assert.deepEqual(merged.spec, {
    strategy: { type: 'Recreate' },
    template: { spec: { volumes: [{ name: 'config', secret: { secretName: 'new' } }] } },
  });
});

test('null in a manifest takes a field away, and the identity of the live object stays', () => {
  const modified = { ...configMap({ mesh: null }), metadata: { name: 'istio', labels: { app: 'istio' } } };
  const live = object('v1', 'ConfigMap', 'istio-system/istio', {
    data: { mesh: 'a' },
    metadata: { uid: 'u', labels: { own: 'x' } },
  });
  const merged = mergedByHelm({ original: configMap({ mesh: 'a' }), modified, live });
  assert.deepEqual(merged.data, {});
  assert.deepEqual(merged.metadata, {
    name: 'istio',
    namespace: 'istio-system',
    uid: 'u',
    labels: { own: 'x', app: 'istio' },
  });
});
