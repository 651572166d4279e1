import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Phase } from '../../../../src/core/phase.ts';
import { injectorWindow } from '../../../../src/hops/every/checks/injector-window.ts';
import { controlPlane } from '../../../app/sidecar-mesh.ts';
import { deployment, object } from '../../../objects.ts';
import { checkContextOf } from '../../context.ts';

const TARGET = [
  deployment('istio-system/istio-pilot', { image: 'docker.io/istio/pilot:1.2.10' }),
  object('v1', 'ConfigMap', 'istio-system/istio-sidecar-injector', { data: { config: 'policy: enabled' } }),
];

test('there is no such moment in a run that leaves the control plane alone', () => {
  const found = (phases: readonly Phase[]) =>
    injectorWindow.find(checkContextOf({ live: controlPlane('1.1.17'), target: TARGET, phases })).length;
  assert.deepEqual([found(['data-plane']), found(['crds', 'control-plane'])], [0, 1]);
});

test('a namespace that is being deleted takes no new pods, injected or not', () => {
  const going = object('v1', 'Namespace', 'gone', {
    metadata: { labels: { 'istio-injection': 'enabled' }, deletionTimestamp: '2019-12-01T09:00:00Z' },
  });
  const [found] = injectorWindow.find(checkContextOf({ live: [...controlPlane('1.1.17'), going], target: TARGET }));
  assert.equal(
    found?.message,
    '2 namespaces are injected (bank, shop): for a moment of the control-plane phase new pods there can be refused',
  );
});
