import assert from 'node:assert/strict';
import { test } from 'node:test';
import { marked, RESTART_MARK, restartMark, restartMarkOf, timesRestarted } from '../../src/mesh/restart-mark.ts';
import { deployment } from '../objects.ts';

const CART = deployment('shop/cart');

test('the mark is an annotation of the template, and nothing else is in it', () => {
  assert.deepEqual(marked(CART, '1.2.10'), {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace: 'shop', name: 'cart' },
    spec: { template: { metadata: { annotations: { [RESTART_MARK]: '1.2.10' } } } },
  });
});

test('its name is one that the API server takes', () => {
  assert.match(
    RESTART_MARK,
    /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/[A-Za-z0-9][-A-Za-z0-9_.]{0,62}$/,
  );
});

test('it tells how often a workload was restarted for a release, and for no other', () => {
  assert.equal(timesRestarted(CART, '1.2.10'), 0);
  for (const times of [1, 2, 11]) {
    const live = marked(CART, restartMark('1.2.10', times));
    assert.equal(timesRestarted(live, '1.2.10'), times);
    assert.equal(timesRestarted(live, '1.2.1'), 0);
  }
  assert.equal(restartMarkOf(marked(CART, restartMark('1.2.10', 1))), '1.2.10');
  assert.equal(timesRestarted(marked(CART, '1.2.10+nonsense'), '1.2.10'), 0);
});
