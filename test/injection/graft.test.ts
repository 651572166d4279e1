import assert from 'node:assert/strict';
import { test } from 'node:test';
import { valueAt } from '../../src/core/json.ts';
import { graft } from '../../src/injection/graft.ts';
import { podSpecOf } from '../../src/injection/pod-template.ts';
import { modelInject } from './model-injector.ts';
import { cronJob, deployment } from './workloads.ts';

const NEW = { tag: '1.2.0' };
const DNS = { searches: ['global'] };

test('what the injector adds comes in, and nothing that it forgot or filled in', () => {
  const original = deployment({
    containers: [{ name: 'cart', image: 'cart:3', startupProbe: { tcpSocket: { port: 1 } } }],
    topologySpreadConstraints: [{ maxSkew: 1 }],
    securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
    volumes: [{ name: 'scratch', ephemeral: { volumeClaimTemplate: {} } }],
  });
  const lossy = deployment({
    containers: [{ name: 'cart', image: 'cart:3', resources: {} }],
    securityContext: {},
    volumes: [{ name: 'scratch' }],
  });
  const { object, added, problems } = graft(original, modelInject(lossy, NEW));
  assert.deepEqual(object, modelInject(original, NEW));
  assert.deepEqual(added, [
    'initContainers[name="istio-init"]',
    'containers[name="istio-proxy"]',
    'volumes[name="istio-envoy"]',
    'volumes[name="istio-certs"]',
    'annotations["sidecar.istio.io/status"]',
  ]);
  assert.deepEqual(problems, []);
});

test("a CronJob's status goes to its job template", () => {
  assert.deepEqual(graft(cronJob(), modelInject(cronJob(), NEW)).object, modelInject(cronJob(), NEW));
});

test('a workload that the injector passes over is not changed', () => {
  const original = deployment({ hostNetwork: true });
  assert.deepEqual(graft(original, modelInject(original)), { object: original, added: [], problems: [] });
});

test('a rewritten probe keeps what the injector does not know of it', () => {
  const readinessProbe = { httpGet: { path: '/', port: 80 }, terminationGracePeriodSeconds: 3 };
  const original = deployment({ containers: [{ name: 'cart', readinessProbe }] });
  const lossy = deployment({ containers: [{ name: 'cart', readinessProbe: { httpGet: readinessProbe.httpGet } }] });
  const { object, added } = graft(original, modelInject(lossy, { rewritesProbes: true }));
  assert.deepEqual(valueAt(podSpecOf(object), 'containers', 0, 'readinessProbe'), {
    httpGet: { path: '/app-health/cart/readyz', port: 15020 },
    terminationGracePeriodSeconds: 3,
  });
  assert.ok(added.includes('containers[name="cart"].readinessProbe'));
});

test("the injector's dnsConfig comes in where the workload has none, and only there", () => {
  assert.deepEqual(podSpecOf(graft(deployment(), modelInject(deployment(), { dns: DNS })).object).dnsConfig, DNS);
  const own = deployment({ dnsConfig: { nameservers: ['10.0.0.1'] } });
  const kept = graft(own, modelInject(own, { dns: DNS }));
  assert.deepEqual(podSpecOf(kept.object).dnsConfig, { nameservers: ['10.0.0.1'] });
  assert.deepEqual(
    kept.problems.map(({ id }) => id),
    ['dns-config-kept'],
  );
  const erased = graft(own, modelInject(own));
  assert.deepEqual(podSpecOf(erased.object).dnsConfig, { nameservers: ['10.0.0.1'] });
  assert.deepEqual(erased.problems, []);
});

test('under SDS the group comes in and the rest of the securityContext stays', () => {
  const own = deployment({ securityContext: { runAsUser: 5 } });
  const { object, problems } = graft(own, modelInject(own, { sds: true }));
  assert.deepEqual(podSpecOf(object).securityContext, { runAsUser: 5, fsGroup: 1337 });
  assert.deepEqual(problems, []);
  const other = deployment({ securityContext: { fsGroup: 2000 } });
  const changed = graft(other, modelInject(other, { sds: true }));
  assert.deepEqual(podSpecOf(changed.object).securityContext, { fsGroup: 1337 });
  assert.deepEqual(
    changed.problems.map(({ id }) => id),
    ['fs-group-changed'],
  );
});
