import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { K8sObject } from '../../src/core/object.ts';
import { snapshotOf } from '../../src/core/snapshot.ts';
import { serviceOf } from '../../src/mesh/services.ts';
import { sidecarPresence } from '../../src/mesh/sidecar-presence.ts';
import { object } from '../objects.ts';
import { CONFIG, service } from './samples.ts';

const pod = (path: string, containers: readonly string[], { app = 'x', phase = 'Running' } = {}) =>
  object('v1', 'Pod', path, {
    metadata: { labels: { app, version: 'v1' } },
    spec: { containers: containers.map((name) => ({ name })) },
    status: { phase },
  });
const WITH = pod('bar/with', ['app', 'istio-proxy']);
const WITHOUT = pod('bar/without', ['app']);
const presence = (pods: readonly K8sObject[], of = service('bar/foo')) =>
  sidecarPresence(snapshotOf(pods), serviceOf(of, CONFIG));

test('a service has sidecars in all, some or none of its pods', () => {
  assert.equal(presence([WITH]), 'all');
  assert.equal(presence([WITH, WITHOUT]), 'some');
  assert.equal(presence([WITHOUT]), 'none');
});

test('without pods nobody knows', () => {
  assert.equal(presence([]), 'unknown');
});

test('pods of other namespaces, other labels, and those that are over do not count', () => {
  const others = [
    pod('shop/with', ['app', 'istio-proxy']),
    pod('bar/other', ['app', 'istio-proxy'], { app: 'y' }),
    pod('bar/done', ['app', 'istio-proxy'], { phase: 'Succeeded' }),
    pod('bar/failed', ['app', 'istio-proxy'], { phase: 'Failed' }),
  ];
  assert.equal(presence(others), 'unknown');
  assert.equal(presence([...others, WITHOUT]), 'none');
});

test('behind an ExternalName or a service without a selector stands no sidecar', () => {
  assert.equal(
    presence([WITH], service('bar/foo', { spec: { type: 'ExternalName', externalName: 'a.example' } })),
    'none',
  );
  assert.equal(presence([WITH], service('bar/foo', { spec: { selector: {} } })), 'none');
});
