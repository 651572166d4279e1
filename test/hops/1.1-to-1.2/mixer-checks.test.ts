import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mixerReferenceLost } from '../../../src/hops/1.1-to-1.2/checks/mixer/mixer-reference-lost.ts';
import { REMOVED_KINDS } from '../../../src/hops/1.1-to-1.2/checks/mixer/removed-kinds.ts';
import { object } from '../../objects.ts';
import { checkContextOf } from '../context.ts';

const RELEASE = { labels: { app: 'mixer', chart: 'mixer', release: 'istio' } };
const LIVE = [
  object('config.istio.io/v1alpha2', 'metric', 'istio-system/requestcount', { metadata: RELEASE }),
  object('config.istio.io/v1alpha2', 'rule', 'shop/own', {
    spec: { actions: [{ handler: 'own', instances: ['requestcount.metric.istio-system'] }] },
  }),
];
const TARGET = [
  object('apps/v1', 'Deployment', 'istio-system/istio-telemetry', {
    spec: { template: { spec: { containers: [{ name: 'mixer', image: 'docker.io/istio/mixer:1.2.10' }] } } },
  }),
];

test('mixer-reference-lost: old objects that are still read are of no use once they are pruned', () => {
  const severities = [false, true].map((prune) =>
    mixerReferenceLost.find(checkContextOf({ live: LIVE, target: TARGET, prune })).map(({ severity }) => severity),
  );
  assert.deepEqual(severities, [['note'], ['warning']]);
});

test('31 kinds are removed: 11 of templates and 20 of adapters', () => {
  const roles = [...REMOVED_KINDS.values()].map(({ role }) => role);
  assert.equal(roles.filter((role) => role === 'template').length, 11);
  assert.equal(roles.filter((role) => role === 'adapter').length, 20);
});
