import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kindText, refOf } from '../../../src/core/object.ts';
import { INSTALLED_KINDS } from '../../../src/hops/1.1-to-1.2/installed-kinds.ts';
import { istioData } from '../../cluster/harness/binaries.ts';
import { release12 } from '../../cluster/istio-1.2.ts';

const skip = istioData() === undefined ? 'NOT RUN, no Istio releases: set ISTIO_DATA' : false;

test('the kinds that the charts install are those of the release rendered by default', { skip }, () => {
  const objects = (['control-plane.yaml', 'control-plane-mtls.yaml'] as const)
    .map(release12)
    .flatMap(({ crds, controlPlane, customResources }) => [...crds, ...controlPlane, ...customResources]);
  const kinds = new Set(objects.map((one) => kindText(refOf(one))));
  assert.deepEqual(INSTALLED_KINDS.map(kindText).sort(), [...kinds].sort());
});
