import assert from 'node:assert/strict';
import { test } from 'node:test';
import { valueAt } from '../../src/core/json.ts';
import type { ApiResource } from '../../src/core/resources.ts';
import { resourcesOfCrds, servedObject } from '../../src/plan/served-object.ts';
import { object } from '../objects.ts';

const resource = (group: string, version: string, kind: string, namespaced = true): ApiResource => ({
  group,
  version,
  kind,
  resource: `${kind.toLowerCase()}s`,
  namespaced,
  verbs: ['get'],
});
const resources = {
  all: [
    resource('apps', 'v1', 'Deployment'),
    resource('', 'v1', 'ConfigMap'),
    resource('rbac.authorization.k8s.io', 'v1', 'ClusterRole', false),
    resource('autoscaling', 'v2', 'HorizontalPodAutoscaler'),
  ],
};
const serve = (target: ReturnType<typeof object>) =>
  servedObject({ object: target, source: 'x.yaml, document 1' }, resources, 'istio-system');

test('a version that the server serves is taken as it is', () => {
  const config = object('v1', 'ConfigMap', 'istio-system/istio', { data: { a: 'b' } });
  assert.deepEqual(serve(config).object, config);
});

test('extensions/v1beta1 becomes apps/v1, with the selector that it used to imply', () => {
  const old = object('extensions/v1beta1', 'Deployment', 'istio-system/istio-pilot', {
    spec: { template: { metadata: { labels: { istio: 'pilot', heritage: 'Tiller' } } } },
  });
  const { object: served } = serve(old);
  assert.equal(served.apiVersion, 'apps/v1');
  assert.deepEqual(valueAt(served, 'spec', 'selector', 'matchLabels'), { istio: 'pilot', heritage: 'Tiller' });
});

test('a version of the same shape is translated, one of another shape is an error that names both', () => {
  assert.equal(
    serve(object('rbac.authorization.k8s.io/v1beta1', 'ClusterRole', 'r')).object.apiVersion,
    'rbac.authorization.k8s.io/v1',
  );
  assert.throws(() => serve(object('autoscaling/v2beta1', 'HorizontalPodAutoscaler', 'a/b')), {
    message:
      'x.yaml, document 1: this server serves HorizontalPodAutoscaler as autoscaling/v2, not as autoscaling/v2beta1',
  });
});

test('a kind that is served in no version is an error that names it', () => {
  assert.throws(() => serve(object('config.istio.io/v1alpha2', 'metric', 'a/b')), {
    message: /serves no version of metric\.config\.istio\.io/,
  });
});

test('the namespace is filled in for namespaced kinds and dropped for others', () => {
  assert.equal(serve(object('v1', 'ConfigMap', 'istio')).object.metadata.namespace, 'istio-system');
  assert.equal(
    serve(object('rbac.authorization.k8s.io/v1', 'ClusterRole', 'istio-system/r')).object.metadata.namespace,
    undefined,
  );
});

test('the resources that a CustomResourceDefinition will add are read in both of its shapes', () => {
  const names = { kind: 'Rule', plural: 'rules' };
  const old = { spec: { group: 'config.istio.io', version: 'v1alpha2', names, scope: 'Namespaced' } };
  const current = {
    spec: { group: 'x.io', versions: [{ name: 'v1' }, { name: 'v0', served: false }], names, scope: 'Cluster' },
  };
  assert.deepEqual(
    resourcesOfCrds([old, current]).map(({ group, version, namespaced }) => [group, version, namespaced]),
    [
      ['config.istio.io', 'v1alpha2', true],
      ['x.io', 'v1', false],
    ],
  );
});
