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
