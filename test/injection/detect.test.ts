import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LAST_APPLIED } from '../../src/core/last-applied.ts';
import { versionText } from '../../src/core/version.ts';
import { injectionOfPod, isInjected, sidecarVersion } from '../../src/injection/detect.ts';
import { withField } from '../../src/injection/pod-template.ts';
import { object } from '../objects.ts';
import { modelInject } from './model-injector.ts';
import { deployment, everyKind, podTemplate } from './workloads.ts';

const proxy = (args: readonly string[]) => ({
  name: 'istio-proxy',
  image: 'docker.io/istio/proxyv2:1.1.17',
  args: [...args],
});

test('a template is injected when it has a sidecar or says that it has', () => {
  for (const workload of everyKind()) {
    assert.equal(isInjected(workload), false, workload.kind);
    assert.equal(isInjected(modelInject(workload)), true, workload.kind);
    assert.equal(isInjected(modelInject(workload, { withoutStatus: true })), true, workload.kind);
  }
  assert.equal(isInjected(deployment({}, { annotations: { 'sidecar.istio.io/status': '{}' } })), true);
});

test('gateways and the control plane have proxies and no sidecar', () => {
  for (const args of [['proxy', 'router'], ['proxy', '--domain', 'x'], ['proxy', 'ingress'], ['discovery']]) {
    assert.equal(isInjected(deployment({ containers: [proxy(args)] })), false, args.join(' '));
  }
  const status = { annotations: { 'sidecar.istio.io/status': '{}' } };
  assert.equal(isInjected(deployment({ containers: [proxy(['proxy', 'router'])] }, status)), false);
  assert.equal(isInjected(deployment({ containers: [proxy(['proxy', '--domain', 'x'])] }, status)), true);
});

test("a pod's sidecar came by the webhook when its owner's template has none", () => {
  const { metadata = {}, spec = {} } = podTemplate();
  const pod = object('v1', 'Pod', 'shop/cart-1', { metadata, spec });
  const injected = modelInject(pod);
  assert.equal(injectionOfPod(pod, deployment()), 'none');
  assert.equal(injectionOfPod(injected, deployment()), 'by-webhook');
  assert.equal(injectionOfPod(injected, modelInject(deployment())), 'by-hand');
  assert.equal(injectionOfPod(injected, undefined), 'by-webhook');
  const applied = withField(injected, ['metadata', 'annotations', LAST_APPLIED], JSON.stringify(injected));
  assert.equal(injectionOfPod(applied, undefined), 'by-hand');
});

test("the version is that of the sidecar's image", () => {
  const version = sidecarVersion(modelInject(deployment(), { tag: '1.1.7' }));
  assert.equal(version && versionText(version), '1.1.7');
  assert.equal(sidecarVersion(modelInject(deployment(), { tag: 'latest' })), undefined);
  assert.equal(sidecarVersion(deployment()), undefined);
});
