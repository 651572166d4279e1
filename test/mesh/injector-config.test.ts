import assert from 'node:assert/strict';
import { test } from 'node:test';
import { injectorConfigIn, sidecarImages } from '../../src/mesh/injector-config.ts';
import { object } from '../objects.ts';

function config(data: Readonly<Record<string, string>>) {
  return injectorConfigIn(object('v1', 'ConfigMap', 'istio-system/istio-sidecar-injector', { data }));
}

function images(template: string, values?: string) {
  const indented = template.replaceAll('\n', '\n  ');
  const found = config({ config: `policy: enabled\ntemplate: |\n  ${indented}\n`, ...(values && { values }) });
  assert.ok(found);
  return sidecarImages(found);
}

test('policy, selectors, template and values are read; there are no values in 1.1', () => {
  const text = 'policy: disabled\ntemplate: x\nneverInjectSelector:\n- matchLabels: {a: b}\n';
  assert.deepEqual(config({ config: text, values: '{"global": {}}' }), {
    policy: 'disabled',
    neverInjectSelector: [{ matchLabels: { a: 'b' } }],
    alwaysInjectSelector: [],
    template: 'x',
    values: { global: {} },
  });
  assert.equal(config({ config: text })?.values, undefined);
});

test('what is not there, or is no YAML, is no configuration', () => {
  assert.equal(injectorConfigIn(undefined), undefined);
  assert.equal(config({ values: '{}' }), undefined);
  assert.equal(config({ config: 'policy: [' }), undefined);
});

test('a template that was rendered names its images, behind an annotation too; others than proxies do not count', () => {
  const template = [
    'image: "docker.io/istio/proxy_init:1.1.17"',
    'image: [[ annotation .ObjectMeta `sidecar.istio.io/proxyImage`  "registry:5000/a/proxyv2:1.1.9"  ]]',
    'image: example.org/logs:1',
    'other: docker.io/istio/proxyv2:1.0.0',
  ].join('\n');
  assert.deepEqual(images(template), ['docker.io/istio/proxy_init:1.1.17', 'registry:5000/a/proxyv2:1.1.9']);
});

test('values make the image of hub and tag, unless they name a whole one', () => {
  const values = (image: string) =>
    JSON.stringify({ global: { hub: 'docker.io/istio', tag: '1.2.10', proxy: { image } } });
  assert.deepEqual(images('x', values('proxyv2')), ['docker.io/istio/proxyv2:1.2.10']);
  assert.deepEqual(images('x', values('example.org/p:1')), ['example.org/p:1']);
});
