import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { K8sObject } from '../../src/core/object.ts';
import { snapshotOf } from '../../src/core/snapshot.ts';
import { understand } from '../../src/mesh/mesh.ts';
import { releaseNamesOf } from '../../src/mesh/release-names.ts';
import { deployment } from '../objects.ts';

function workload(name: string, image: string, release?: string): K8sObject {
  const metadata = release === undefined ? {} : { labels: { release } };
  return deployment(`istio-system/${name}`, { image: `docker.io/istio/${image}:1.1.17`, metadata });
}

test('components name the releases, gateways and what nobody rendered do not', () => {
  const mesh = understand(
    snapshotOf([
      workload('istio-pilot', 'pilot', 'mesh'),
      workload('istio-galley', 'galley', 'mesh'),
      workload('istio-policy', 'mixer', 'checks'),
      workload('istio-citadel', 'citadel'),
      workload('edge', 'proxyv2', 'edge'),
    ]),
    'istio-system',
  );
  assert.deepEqual(releaseNamesOf(mesh), ['checks', 'mesh']);
});
