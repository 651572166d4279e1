import assert from 'node:assert/strict';
import { test } from 'node:test';
import { valueAt } from '../../src/core/json.ts';
import { LAST_APPLIED } from '../../src/core/last-applied.ts';
import { adoptReplicas, keepReplicas } from '../../src/plan/replicas.ts';
import { deployment, replicaSet } from '../objects.ts';

const PATH = 'istio-system/istio-galley';
const applied = (replicas: number | undefined) => ({
  annotations: { [LAST_APPLIED]: JSON.stringify({ spec: replicas === undefined ? {} : { replicas } }) },
});

test('a scale that nobody changed follows the manifest', () => {
  const { body, kept } = keepReplicas(
    deployment(PATH, { replicas: 2 }),
    deployment(PATH, { replicas: 1, metadata: applied(1) }),
  );
  assert.equal(kept, undefined);
  assert.equal(valueAt(body, 'spec', 'replicas'), 2);
});

test('a scale that somebody changed stays, and the body says nothing of it', () => {
  const { body, kept, note } = keepReplicas(
    deployment(PATH, { replicas: 1 }),
    deployment(PATH, { replicas: 4, metadata: applied(1) }),
  );
  assert.equal(kept, 4);
  assert.equal(valueAt(body, 'spec', 'replicas'), undefined);
  assert.match(note ?? '', /stays at 4 replicas; the manifest says 1/);
});

test('without a record of what was applied, the default of the charts stands for it', () => {
  assert.equal(keepReplicas(deployment(PATH, { replicas: 1 }), deployment(PATH, { replicas: 4 })).kept, 4);
  assert.equal(keepReplicas(deployment(PATH, { replicas: 3 }), deployment(PATH, { replicas: 1 })).kept, undefined);
});

test('a scale that the new manifest does not mention stays: dropping the field would reset it', () => {
  assert.equal(keepReplicas(deployment(PATH), deployment(PATH, { replicas: 2, metadata: applied(2) })).kept, 2);
});

test('a Deployment that is created over orphaned ReplicaSets starts with their scale', () => {
  const orphans = [
    replicaSet('istio-system/old-1', { app: 'x' }, { replicas: 4 }),
    replicaSet('istio-system/old-0', { app: 'x' }, { replicas: 0 }),
  ];
  const { body, kept } = adoptReplicas(deployment(PATH, { replicas: 1 }), orphans);
  assert.equal(kept, 4);
  assert.equal(valueAt(body, 'spec', 'replicas'), 4);
});

test('a ReplicaSet that somebody controls, or that the selector does not match, is no orphan of ours', () => {
  const others = [
    replicaSet('istio-system/a', { app: 'x' }, { owner: 'a', replicas: 5 }),
    replicaSet('istio-system/b', { app: 'y' }, { replicas: 5 }),
  ];
  assert.equal(adoptReplicas(deployment(PATH, { replicas: 1 }), others).kept, undefined);
});
