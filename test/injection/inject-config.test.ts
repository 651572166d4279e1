import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UpgradeError } from '../../src/core/errors.ts';
import {
  injectConfigOf,
  languageOf,
  mountsSdsToken,
  parseInjectConfig,
  requireLanguage,
} from '../../src/injection/inject-config.ts';
import { injectedDnsOf } from '../../src/injection/injected-dns.ts';
import { moveTag } from '../../src/injection/move-tag.ts';
import { object } from '../objects.ts';

const V1210 = { major: 1, minor: 2, patch: 10, suffix: '' };
const configMap = (data: Readonly<Record<string, string>>) =>
  object('v1', 'ConfigMap', 'istio-system/istio-sidecar-injector', { data });
const custom = (lines: readonly string[], values?: string) =>
  parseInjectConfig(
    ['policy: enabled', 'template: |-', ...lines.map((line) => `  ${line}`)].join('\n'),
    'mine.yaml',
    values,
  );

test("the injector's ConfigMap is read with its selectors and values", () => {
  const text =
    'policy: disabled\nneverInjectSelector:\n- matchLabels: {app: x}\nalwaysInjectSelector:\n  []\ntemplate: |-\n  a: b\n';
  const config = injectConfigOf(configMap({ config: text, values: '{}' }));
  assert.equal(config.policy, 'disabled');
  assert.equal(config.template, 'a: b');
  assert.equal(config.values, '{}');
  assert.deepEqual(config.neverInjectSelector, [{ matchLabels: { app: 'x' } }]);
  assert.deepEqual(config.alwaysInjectSelector, []);
});

test('a ConfigMap or file without a template is an error that names it', () => {
  assert.throws(() => injectConfigOf(configMap({})), /ConfigMap\/istio-system\/istio-sidecar-injector: no key config/);
  assert.throws(() => parseInjectConfig('policy: enabled', 'mine.yaml'), /mine\.yaml: no injection template/);
  assert.throws(() => parseInjectConfig('a: [', 'mine.yaml'), /mine\.yaml: bad YAML/);
});

test('the language of a template is told by its actions, not by brackets in a script', () => {
  assert.equal(languageOf('image: [[ annotation .ObjectMeta `x` "y" ]]'), '[[ ]]');
  assert.equal(languageOf('[[- if .ObjectMeta.Annotations ]]'), '[[ ]]');
  assert.equal(languageOf('image: "{{ .Values.global.hub }}"\ncommand: if [[ -f /x ]]; then'), '{{ }}');
  assert.equal(languageOf('command: "[[ -f /x ]] && cat"'), 'none');
  assert.equal(languageOf('initContainers:\n- name: istio-init'), 'none');
});

test("a configuration for the other version's language is refused with the reason", () => {
  const old = custom(['image: [[ .ProxyConfig.BinaryPath ]]']);
  assert.throws(
    () => requireLanguage(old, V1210),
    (error) => {
      assert.ok(error instanceof UpgradeError);
      assert.equal(error.message, 'mine.yaml: its template is written in [[ ]], and Istio 1.2 reads {{ }}');
      assert.equal(error.exit, 3);
      return true;
    },
  );
  const next = custom(['image: "{{ .Values.global.hub }}"']);
  assert.throws(() => requireLanguage(next, V1210), /also needs the values/);
  assert.throws(() => requireLanguage({ ...next, values: '{}' }, { ...V1210, minor: 1 }), /Istio 1\.1 reads \[\[ \]\]/);
  requireLanguage({ ...next, values: '{}' }, V1210);
  requireLanguage(old, { ...V1210, minor: 1 });
  requireLanguage(custom(['a: b'], '{}'), V1210);
});

test('tokens for SDS are mounted when there is a path and it is switched on', () => {
  assert.equal(mountsSdsToken('sdsUdsPath: unix:/var/run/sds/uds_path\nenableSdsTokenMount: true'), true);
  assert.equal(mountsSdsToken('sds_uds_path: unix:/x\nenable_sds_token_mount: true'), true);
  assert.equal(mountsSdsToken('sdsUdsPath:\nenableSdsTokenMount: true'), false);
  assert.equal(mountsSdsToken('sdsUdsPath: unix:/x\nenableSdsTokenMount: false'), false);
  assert.equal(mountsSdsToken(''), false);
});

test("1.1's dnsConfig stands in the template, with the namespace left to the injector", () => {
  const lines = [
    'containers: []',
    'dnsConfig:',
    '  searches:',
    '    - global',
    '    - [[ valueOrDefault .DeploymentMeta.Namespace "default" ]].global',
  ];
  const config = custom([...lines, 'volumes: []']);
  assert.deepEqual(injectedDnsOf(config, 'shop'), { searches: ['global', 'shop.global'] });
  assert.deepEqual(injectedDnsOf(config, ''), { searches: ['global', 'default.global'] });
  assert.equal(injectedDnsOf(custom([...lines, '    - [[ .Spec.Hostname ]]']), 'shop'), undefined);
  assert.equal(injectedDnsOf(custom(['containers: []']), 'shop'), undefined);
});

test("1.2's dnsConfig is made of the values", () => {
  const lines = [
    '{{- if .Values.global.podDNSSearchNamespaces }}',
    'dnsConfig:',
    '  searches:',
    '    {{- range .Values.global.podDNSSearchNamespaces }}',
    '    - {{ render . }}',
    '    {{- end }}',
    '{{- end }}',
  ];
  const values = (domains: readonly string[]) => JSON.stringify({ global: { podDNSSearchNamespaces: domains } });
  const domains = ['global', '{{ valueOrDefault .DeploymentMeta.Namespace "default" }}.global'];
  assert.deepEqual(injectedDnsOf(custom(lines, values(domains)), 'shop'), { searches: ['global', 'shop.global'] });
  assert.equal(injectedDnsOf(custom(lines, values([])), 'shop'), undefined);
  assert.equal(injectedDnsOf(custom(lines, values(['{{ .Spec.Hostname }}'])), 'shop'), undefined);
});

test('the version tag moves in the images of the proxy, and nowhere else', () => {
  const config = custom(
    [
      'initContainers:',
      '- image: "registry:5000/istio/proxy_init:1.1.17"',
      '- image: docker.io/library/busybox:1.1.17',
      'containers:',
      '- image: proxyv2:1.1.7-gke.0 # proxyv2:1.1.7',
      '- image: docker.io/istio/proxyv2:latest',
      '- image: docker.io/istio/proxyv2:1.3.0',
      '- image: {{ .Values.global.hub }}/proxyv2:{{ .Values.global.tag }}',
    ],
    '{"global":{"tag":"1.1.17","hub":"h","proxy":{"image":"h/proxyv2:1.1.17"},"proxy_init":{"image":"proxy_init"}},"pilot":{"tag":"1.1.17"}}',
  );
  const { config: next, moves } = moveTag(config, V1210);
  assert.deepEqual(moves, [
    {
      where: 'config, line 4',
      before: 'registry:5000/istio/proxy_init:1.1.17',
      after: 'registry:5000/istio/proxy_init:1.2.10',
    },
    { where: 'config, line 7', before: 'proxyv2:1.1.7-gke.0', after: 'proxyv2:1.2.10' },
    { where: 'config, line 7', before: 'proxyv2:1.1.7', after: 'proxyv2:1.2.10' },
    { where: 'values, global.tag', before: '1.1.17', after: '1.2.10' },
    { where: 'values, global.proxy.image', before: 'h/proxyv2:1.1.17', after: 'h/proxyv2:1.2.10' },
  ]);
  assert.match(next.template, /busybox:1\.1\.17/);
  assert.match(next.template, /registry:5000\/istio\/proxy_init:1\.2\.10"/);
  assert.match(next.config, /proxyv2:1\.2\.10 # /);
  assert.deepEqual(JSON.parse(next.values ?? ''), {
    global: { tag: '1.2.10', hub: 'h', proxy: { image: 'h/proxyv2:1.2.10' }, proxy_init: { image: 'proxy_init' } },
    pilot: { tag: '1.1.17' },
  });
  assert.deepEqual(moveTag(next, V1210), { config: next, moves: [] });
});
