import assert from 'node:assert/strict';
import { test } from 'node:test';
import { excludedServices } from '../../../src/hops/1.1-to-1.2/rules/excluded-services.ts';
import { meshConfigMap, policy, rule, service, tls } from '../../mesh/samples.ts';
import { object } from '../../objects.ts';
import { contextOf } from '../context.ts';
import { type ExpectedCase, testCases } from './mtls-cases.ts';

const WEAKER =
  /^warning mtls-weaker Service\/bar\/foo ports 80, 8000: less is encrypted than today, as mtls_excluded_services asks, for clients in bar, istio-system, shop/;

const EXPECTED: Readonly<Record<string, ExpectedCase>> = {
  'annotated-mutual-tls': {
    problems: [
      /^note auth-annotation-ignored Service\/bar\/foo: ignored by Istio since 1\.0: auth\.istio\.io\/8000: MUTUAL_TLS \(today: server PERMISSIVE, clients ISTIO_MUTUAL\)/,
      /^warning mtls-contradiction Service\/bar\/foo port 8000: the annotation's MUTUAL_TLS is not carried out for clients in bar, istio-system, shop: its annotation asks for MUTUAL_TLS, and mtls_excluded_services for none/,
      /^note mtls-excluded-ignored mtls_excluded_services: foo\.bar\.svc\.cluster\.local \(Service\/bar\/foo\) is ignored by Istio since 1\.0; today: 80: server PERMISSIVE, clients ISTIO_MUTUAL; 8000: server PERMISSIVE, clients ISTIO_MUTUAL/,
      /^warning mtls-contradiction Service\/bar\/foo ports 80, 8000: mtls_excluded_services is not carried out for clients in bar, istio-system, shop: its annotation asks for MUTUAL_TLS, and mtls_excluded_services for none/,
    ],
  },
  'annotated-none': {
    changes: ['create DestinationRule bar/disable-mtls-foo at write'],
    effects: [
      'foo:80 bar+istio-system+shop PERMISSIVE/ISTIO_MUTUAL -> PERMISSIVE/PLAINTEXT',
      'foo:8000 bar+istio-system+shop PERMISSIVE/ISTIO_MUTUAL -> PERMISSIVE/PLAINTEXT',
    ],
    problems: [
      /^note auth-annotation-ignored Service\/bar\/foo: ignored by Istio since 1\.0: auth\.istio\.io\/8000: NONE \(today: server PERMISSIVE, clients ISTIO_MUTUAL\)/,
      /^warning mtls-weaker Service\/bar\/foo port 8000: less is encrypted than today, as the annotation's NONE asks, for clients in bar, istio-system, shop/,
      /^note mtls-excluded-ignored mtls_excluded_services: foo\.bar\.svc\.cluster\.local \(Service\/bar\/foo\) is ignored by Istio since 1\.0; today: 80: server PERMISSIVE, clients ISTIO_MUTUAL; 8000: server PERMISSIVE, clients ISTIO_MUTUAL/,
      WEAKER,
    ],
  },
  'beside-a-rule': {
    changes: ['update DestinationRule bar/foo at write'],
    effects: [
      'foo:80 bar+istio-system+shop PERMISSIVE/ISTIO_MUTUAL -> PERMISSIVE/PLAINTEXT',
      'foo:80 v1 bar+istio-system+shop PERMISSIVE/ISTIO_MUTUAL -> PERMISSIVE/PLAINTEXT',
      'foo:80 v2 bar+istio-system+shop PERMISSIVE/ISTIO_MUTUAL -> PERMISSIVE/PLAINTEXT',
      'foo:8000 bar+istio-system+shop PERMISSIVE/ISTIO_MUTUAL -> PERMISSIVE/PLAINTEXT',
      'foo:8000 v1 bar+istio-system+shop PERMISSIVE/ISTIO_MUTUAL -> PERMISSIVE/PLAINTEXT',
      'foo:8000 v2 bar+istio-system+shop PERMISSIVE/ISTIO_MUTUAL -> PERMISSIVE/PLAINTEXT',
    ],
    problems: [
      /^note mtls-excluded-ignored mtls_excluded_services: foo\.bar\.svc\.cluster\.local \(Service\/bar\/foo\) is ignored by Istio since 1\.0; today: 80: server PERMISSIVE, clients ISTIO_MUTUAL; 8000: server PERMISSIVE, clients ISTIO_MUTUAL/,
      /^warning mtls-weaker Service\/bar\/foo ports 80, 8000: less is encrypted than today, as mtls_excluded_services asks, for clients in bar, istio-system, shop \(also subset v1, v2\)/,
    ],
  },
  kubernetes: {
    changes: ['create DestinationRule default/disable-mtls-kubernetes at write'],
    effects: ['kubernetes:443 default+istio-system+shop DISABLE/ISTIO_MUTUAL -> DISABLE/PLAINTEXT'],
    problems: [
      /^note mtls-excluded-ignored mtls_excluded_services: kubernetes\.default\.svc\.cluster\.local \(Service\/default\/kubernetes\) is ignored by Istio since 1\.0; today: 443: no sidecars behind it, clients ISTIO_MUTUAL/,
      /^warning mtls-weaker Service\/default\/kubernetes port 443: less is encrypted than today, as mtls_excluded_services asks, for clients in default, istio-system, shop/,
    ],
  },
  'kubernetes-by-the-chart': {
    problems: [
      /^note mtls-excluded-ignored mtls_excluded_services: kubernetes\.default\.svc\.cluster\.local \(Service\/default\/kubernetes\) is ignored by Istio since 1\.0; today: 443: no sidecars behind it, clients PLAINTEXT/,
    ],
  },
  'no-such-hosts': {
    problems: [
      /^warning mtls-excluded-host mtls_excluded_services: "foo" is left as it is: it is no full hostname of a Service/,
      /^warning mtls-excluded-host mtls_excluded_services: "foo\.bar" is left as it is: it is no full hostname of a Service/,
      /^warning mtls-excluded-host mtls_excluded_services: "\*\.bar\.svc\.cluster\.local" is left as it is: a wildcard never matched/,
      /^warning mtls-excluded-host mtls_excluded_services: "gone\.bar\.svc\.cluster\.local" is left as it is: there is no such Service/,
    ],
  },
  'nothing-excluded': {},
  'old-spelling': {
    changes: ['create DestinationRule bar/disable-mtls-foo at write'],
    effects: [
      'foo:80 bar+istio-system+shop PERMISSIVE/ISTIO_MUTUAL -> PERMISSIVE/PLAINTEXT',
      'foo:8000 bar+istio-system+shop PERMISSIVE/ISTIO_MUTUAL -> PERMISSIVE/PLAINTEXT',
    ],
    problems: [
      /^note mtls-excluded-ignored mtls_excluded_services: foo\.bar\.svc\.cluster\.local \(Service\/bar\/foo\) is ignored by Istio since 1\.0; today: 80: server PERMISSIVE, clients ISTIO_MUTUAL; 8000: server PERMISSIVE, clients ISTIO_MUTUAL/,
      WEAKER,
    ],
  },
  one: {
    changes: ['create DestinationRule bar/disable-mtls-foo at write'],
    effects: [
      'foo:80 bar+istio-system+shop PERMISSIVE/ISTIO_MUTUAL -> PERMISSIVE/PLAINTEXT',
      'foo:8000 bar+istio-system+shop PERMISSIVE/ISTIO_MUTUAL -> PERMISSIVE/PLAINTEXT',
    ],
    problems: [
      /^note mtls-excluded-ignored mtls_excluded_services: foo\.bar\.svc\.cluster\.local \(Service\/bar\/foo\) is ignored by Istio since 1\.0; today: 80: server PERMISSIVE, clients ISTIO_MUTUAL; 8000: server PERMISSIVE, clients ISTIO_MUTUAL/,
      WEAKER,
    ],
  },
  'pods-unknown': {
    changes: ['create DestinationRule bar/disable-mtls-foo at write'],
    effects: [
      'foo:80 bar+istio-system+shop STRICT/ISTIO_MUTUAL -> STRICT/PLAINTEXT',
      'foo:8000 bar+istio-system+shop STRICT/ISTIO_MUTUAL -> STRICT/PLAINTEXT',
    ],
    problems: [
      /^note mtls-excluded-ignored mtls_excluded_services: foo\.bar\.svc\.cluster\.local \(Service\/bar\/foo\) is ignored by Istio since 1\.0; today: 80: server STRICT, clients ISTIO_MUTUAL; 8000: server STRICT, clients ISTIO_MUTUAL/,
      WEAKER,
      /^warning mtls-excluded-strict Service\/bar\/foo ports 80, 8000: its server takes STRICT only: in plaintext, clients in bar, istio-system, shop reach none of its pods that have sidecars/,
    ],
  },
};

testCases('excluded-services', EXPECTED);

const POD = (name: string, containers: readonly string[]) =>
  object('v1', 'Pod', `bar/${name}`, {
    metadata: { labels: { app: 'x' } },
    spec: { containers: containers.map((container) => ({ name: container })) },
  });
const MESH = [
  service('bar/foo'),
  meshConfigMap('mtlsExcludedServices: [foo.bar.svc.cluster.local]'),
  policy('default', { peers: [{ mtls: {} }] }),
  rule('istio-system/default', { host: '*.local', trafficPolicy: tls('ISTIO_MUTUAL') }),
];
const outcome = (...pods: readonly ReturnType<typeof POD>[]) => {
  const { wishes = [], problems = [] } = excludedServices.apply(contextOf({ live: [...MESH, ...pods] }));
  return [wishes.length, ...problems.map(({ id }) => id)];
};

test('pods that all have sidecars with mutual TLS only are not cut off from their clients', () => {
  assert.deepEqual(outcome(POD('a', ['app', 'istio-proxy'])), [0, 'mtls-excluded-ignored', 'mtls-excluded-sidecar']);
});

test('where some pods have sidecars, or none is known, it is carried out with a warning', () => {
  const warned = [1, 'mtls-excluded-ignored', 'mtls-weaker', 'mtls-excluded-strict'];
  assert.deepEqual(outcome(), warned);
  assert.deepEqual(outcome(POD('a', ['app', 'istio-proxy']), POD('b', ['app'])), warned);
});

test('pods without sidecars need nothing but the rule', () => {
  assert.deepEqual(outcome(POD('a', ['app'])), [1, 'mtls-excluded-ignored', 'mtls-weaker']);
});
