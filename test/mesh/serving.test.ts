import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../src/core/json.ts';
import { leastServing } from '../../src/mesh/serving.ts';
import { object } from '../objects.ts';

const rolling = (maxUnavailable?: string | number, maxSurge?: string | number): JsonObject => ({
  strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable, maxSurge } },
});
const serving = (kind: string, spec: JsonObject, status: JsonObject = {}) =>
  leastServing(object('apps/v1', kind, 'shop/cart', { spec, status }));

test('a Deployment keeps what maxUnavailable leaves, percentages rounded down', () => {
  for (const [replicas, limits, expected] of [
    [1, {}, 1],
    [2, rolling(1, 0), 1],
    [2, rolling('50%', '50%'), 1],
    [3, rolling('50%', 0), 2],
    [3, rolling('100%', '100%'), 0],
    [2, rolling(5, 1), 0],
    [4, {}, 3],
    [2, { strategy: { type: 'Recreate' } }, 0],
  ] as const)
    assert.equal(serving('Deployment', { replicas, ...limits }), expected, JSON.stringify({ replicas, limits }));
});

test('a Deployment that allows neither surge nor a missing pod loses one all the same', () => {
  assert.equal(serving('Deployment', { replicas: 1, ...rolling(0, 0) }), 0);
  assert.equal(serving('Deployment', { replicas: 3, ...rolling('10%', 0) }), 2);
});

test('a StatefulSet loses one pod at a time, a DaemonSet as many as it allows, percentages rounded up', () => {
  assert.equal(serving('StatefulSet', { replicas: 3 }), 2);
  assert.equal(serving('StatefulSet', { replicas: 1 }), 0);
  const on = (nodes: number, maxUnavailable?: string | number) =>
    serving(
      'DaemonSet',
      { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable } } },
      { desiredNumberScheduled: nodes },
    );
  assert.equal(on(4), 3);
  assert.equal(on(3, '50%'), 1);
  assert.equal(on(3, '100%'), 0);
  assert.equal(on(0), 0);
});
