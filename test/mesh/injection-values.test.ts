import assert from 'node:assert/strict';
import { test } from 'node:test';
import { injectionValuesOf } from '../../src/mesh/injection-values.ts';
import { object } from '../objects.ts';

function valuesIn(data: Readonly<Record<string, string>>) {
  return Object.fromEntries(
    injectionValuesOf(object('v1', 'ConfigMap', 'istio-system/istio-sidecar-injector', { data })),
  );
}

const RENDERED = `policy: disabled
template: |-
  rewriteAppHTTPProbe: true
  initContainers:
  - name: istio-init
    args:
    - "-i"
    - "[[ annotation .ObjectMeta \`traffic.sidecar.istio.io/includeOutboundIPRanges\`  "10.0.0.0/8,172.16.0.0/12"  ]]"
    - "-x"
    - "[[ annotation .ObjectMeta \`traffic.sidecar.istio.io/excludeOutboundIPRanges\`  ""  ]]"
  containers:
  - name: istio-proxy
    args:
    - --statusPort
    - [[ annotation .ObjectMeta \`status.sidecar.istio.io/port\`  15020  ]]
    resources:
      [[ if (isset .ObjectMeta.Annotations \`sidecar.istio.io/proxyCPU\`) -]]
      requests:
        cpu: "[[ index .ObjectMeta.Annotations \`sidecar.istio.io/proxyCPU\` ]]"
    [[ else -]]
      limits:
        memory: 128Mi
      requests:
        cpu: 100m
    [[ end -]]
`;

test('a template that was rendered tells the values that went into it', () => {
  assert.deepEqual(valuesIn({ config: RENDERED }), {
    'global.proxy.autoInject': 'disabled',
    'sidecarInjectorWebhook.rewriteAppHTTPProbe': 'true',
    'global.proxy.includeIPRanges': '10.0.0.0/8,172.16.0.0/12',
    'global.proxy.excludeIPRanges': '',
    'global.proxy.statusPort': '15020',
    'global.proxy.resources.limits.memory': '128Mi',
    'global.proxy.resources.requests.cpu': '100m',
    'istio_cni.enabled': 'false',
  });
});

test("without an init container in the chart's own template, the CNI plugin sets pods up", () => {
  const isCni = (template: string) => valuesIn({ config: `template: |-\n  ${template}\n` })['istio_cni.enabled'];
  assert.equal(isCni('name: istio-proxy [[ annotation .ObjectMeta `status.sidecar.istio.io/port` 15020 ]]'), 'true');
  assert.equal(isCni('name: istio-proxy'), undefined);
});

test('values beside the template are taken as they are', () => {
  const values = JSON.stringify({
    global: { proxy: { includeIPRanges: '*', statusPort: 15020, resources: { limits: { memory: '1024Mi' } } } },
    istio_cni: { enabled: false },
  });
  assert.deepEqual(valuesIn({ config: 'policy: enabled\ntemplate: "{{ .Values.global }}"\n', values }), {
    'global.proxy.autoInject': 'enabled',
    'global.proxy.includeIPRanges': '*',
    'global.proxy.statusPort': '15020',
    'global.proxy.resources.limits.memory': '1024Mi',
    'istio_cni.enabled': 'false',
  });
});

test('what cannot be read, and a template of another kind, tell nothing', () => {
  assert.deepEqual(valuesIn({ config: '\t{' }), {});
  assert.deepEqual(valuesIn({ config: 'template: "containers: []"', values: '{' }), {});
  assert.deepEqual(Object.fromEntries(injectionValuesOf(undefined)), {});
});
