import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../src/core/json.ts';
import type { K8sObject } from '../../src/core/object.ts';
import { snapshotOf } from '../../src/core/snapshot.ts';
import { budgetsOver } from '../../src/mesh/disruption-budgets.ts';
import { deployment, object } from '../objects.ts';

const CART = { matchLabels: { app: 'cart' } };

const cart = (replicas: number, name = 'cart') => deployment(`shop/${name}`, { labels: { app: 'cart' }, replicas });
const budget = (spec: JsonObject, version = 'policy/v1beta1') =>
  object(version, 'PodDisruptionBudget', 'shop/cart', { spec: { selector: CART, ...spec } });

const evictable = (one: K8sObject, ...workloads: readonly K8sObject[]) =>
  budgetsOver(snapshotOf([one]), 'shop', workloads).map((found) => found.evictable);

const CASES: readonly (readonly [JsonObject, number, number])[] = [
  [{ minAvailable: 1 }, 1, 0],
  [{ minAvailable: 1 }, 3, 2],
  [{ minAvailable: 3 }, 2, 0],
  [{ minAvailable: '50%' }, 3, 1],
  [{ minAvailable: '100%' }, 4, 0],
  [{ maxUnavailable: 0 }, 4, 0],
  [{ maxUnavailable: '10%' }, 3, 1],
  [{ maxUnavailable: 5 }, 2, 2],
];

for (const [limit, replicas, expected] of CASES)
  test(`${JSON.stringify(limit)} of ${replicas} lets ${expected} be evicted`, () => {
    assert.deepEqual(evictable(budget(limit), cart(replicas)), [expected]);
  });

test('the pods of all workloads that it covers count, and of its own namespace only', () => {
  const elsewhere = deployment('bank/cart', { labels: { app: 'cart' }, replicas: 7 });
  assert.deepEqual(evictable(budget({ minAvailable: 1 }), cart(1), cart(1, 'cart-canary'), elsewhere), [1]);
});

test('one that covers none of them, or limits nothing, is none', () => {
  assert.deepEqual(evictable(budget({ minAvailable: 1 }), deployment('shop/web', { labels: { app: 'web' } })), []);
  assert.deepEqual(evictable(budget({}), cart(1)), []);
});

test('an empty selector covers everything since policy/v1', () => {
  const all = { minAvailable: 1, selector: {} };
  assert.deepEqual(evictable(budget(all), cart(1)), []);
  assert.deepEqual(evictable(budget(all, 'policy/v1'), cart(1)), [0]);
});

test('its limit is told as it is set', () => {
  const [found] = budgetsOver(snapshotOf([budget({ minAvailable: '50%' })]), 'shop', [cart(2)]);
  assert.equal(found?.limit, 'minAvailable 50%');
});
