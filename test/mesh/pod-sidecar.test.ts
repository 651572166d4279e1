import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../src/core/json.ts';
import { podFactsOf } from '../../src/mesh/pod-sidecar.ts';
import { object } from '../objects.ts';

const place = { namespace: 'shop', istioNamespace: 'istio-system' };
const control = { ...place, namespace: 'istio-system' };
const APP = { name: 'app', image: 'registry.example/app:1' };
const proxy = (...args: readonly string[]) => ({ name: 'istio-proxy', image: 'docker.io/istio/proxyv2:1.1.17', args });

function facts(containers: readonly JsonObject[], where = place, metadata: JsonObject = {}) {
  return podFactsOf(object('v1', 'Pod', 'shop/a', { metadata, spec: { containers } }), where);
}

test("a workload's sidecar is its container istio-proxy, whatever its image is called", () => {
  const { role, image, isInjected } = facts([APP, proxy('proxy', 'sidecar')]);
  assert.deepEqual({ role, image, isInjected }, { role: 'workload', image: proxy().image, isInjected: true });
  assert.equal(facts([APP, { name: 'istio-proxy', image: 'vendor/envoy:1.2.0' }]).image, 'vendor/envoy:1.2.0');
});

test('a pod without that container has no sidecar, even with an image of Istio', () => {
  const { role, image, isInjected } = facts([APP, { name: 'other', image: 'docker.io/istio/proxyv2:1.1.17' }]);
  assert.deepEqual({ role, image, isInjected }, { role: 'workload', image: undefined, isInjected: false });
});

test('the record of an injection counts as one; an empty record does not', () => {
  assert.equal(facts([APP], place, { annotations: { 'sidecar.istio.io/status': '{}' } }).isInjected, true);
  assert.equal(facts([APP], place, { annotations: { 'sidecar.istio.io/status': '' } }).isInjected, false);
});

test('a proxy that runs as router or ingress is a gateway, with or without the node agent beside it', () => {
  assert.equal(facts([proxy('proxy', 'router')]).role, 'gateway');
  assert.equal(facts([proxy('proxy', 'ingress')]).role, 'gateway');
  const agent = { name: 'ingress-sds', image: 'docker.io/istio/node-agent-k8s:1.1.17' };
  const { role, image } = facts([agent, proxy('proxy', 'router')], control);
  assert.deepEqual({ role, image }, { role: 'gateway', image: proxy().image });
});

test("a component tells its version by its own image, not by its proxy's", () => {
  const pilot = { name: 'discovery', image: 'registry.example:5000/mesh/pilot:1.2.10' };
  const { role, image } = facts([proxy('proxy', '--serviceCluster', 'istio-pilot'), pilot], control);
  assert.deepEqual({ role, image }, { role: 'component', image: pilot.image });
});

test("outside the control plane's namespace an image called pilot is a component only with Istio's label", () => {
  const pilot = { name: 'discovery', image: 'team/pilot:3' };
  assert.equal(facts([pilot]).role, 'workload');
  assert.equal(facts([pilot], place, { labels: { istio: 'pilot' } }).role, 'component');
});

test('annotations that decide about its sidecar are read as they stand', () => {
  const annotations = {
    'sidecar.istio.io/proxyImage': 'example.org/proxyv2:1',
    'traffic.sidecar.istio.io/includeInboundPorts': '*',
  };
  const { proxyImage, inboundPorts } = facts([APP], place, { annotations });
  assert.deepEqual({ proxyImage, inboundPorts }, { proxyImage: 'example.org/proxyv2:1', inboundPorts: '*' });
  assert.equal(facts([APP]).inboundPorts, undefined);
});

test('what the injector looks at is read from the pod', () => {
  const pod = object('v1', 'Pod', 'shop/a', {
    metadata: { labels: { app: 'a' }, annotations: { 'sidecar.istio.io/inject': 'false' } },
    spec: { hostNetwork: true, containers: [APP] },
  });
  assert.deepEqual(podFactsOf(pod, place).traits, { hostNetwork: true, inject: 'false', labels: { app: 'a' } });
});
