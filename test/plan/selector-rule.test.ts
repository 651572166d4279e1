import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideSelector } from '../../src/plan/selector-rule.ts';
import { deployment, object, replicaSet } from '../objects.ts';

const ALL = { app: 'security', heritage: 'Tiller', istio: 'citadel' };
const live = deployment('istio-system/istio-citadel', { labels: ALL });
const running = [
  replicaSet('istio-system/istio-citadel-1', { ...ALL, 'pod-template-hash': '1' }, { owner: 'istio-citadel' }),
];

test('the same selector is no question', () => {
  assert.deepEqual(decideSelector(live, live, running), { keep: 'same' });
});

test('a live selector that the new pods match is kept', () => {
  const wanted = deployment('istio-system/istio-citadel', { labels: ALL, selector: { istio: 'citadel' } });
  assert.deepEqual(decideSelector(live, wanted, running), { keep: 'live', selector: { matchLabels: ALL } });
});

test('a live selector that the new pods do not match is replaced when the new one matches every ReplicaSet that runs', () => {
  const wanted = deployment('istio-system/istio-citadel', {
    labels: { ...ALL, heritage: 'Helm' },
    selector: { istio: 'citadel' },
  });
  assert.deepEqual(decideSelector(live, wanted, running), { keep: 'none' });
});

test('what neither selector can hold is said, not tried', () => {
  const wanted = deployment('istio-system/istio-citadel', {
    labels: { ...ALL, heritage: 'Helm' },
    selector: { istio: 'other' },
  });
  const decision = decideSelector(live, wanted, running);
  assert.equal(decision.keep, 'impossible');
  const without = deployment('istio-system/istio-citadel', {
    labels: { ...ALL, heritage: 'Helm' },
    selector: { istio: 'citadel' },
  });
  assert.equal(decideSelector(live, without, []).keep, 'impossible', 'nothing to adopt');
});

test('a new selector that the new pods do not match would be refused, and so is not tried', () => {
  const wanted = object('apps/v1', 'Deployment', 'istio-system/istio-citadel', {
    spec: { selector: { matchLabels: { istio: 'citadel' } }, template: { metadata: { labels: { istio: 'other' } } } },
  });
  assert.equal(decideSelector(live, wanted, running).keep, 'impossible');
});
