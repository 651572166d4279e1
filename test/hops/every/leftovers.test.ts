import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../../src/core/json.ts';
import { type K8sObject, refText } from '../../../src/core/object.ts';
import { leftovers } from '../../../src/hops/every/leftovers.ts';
import { object, owned, ownedObject } from '../../objects.ts';
import { contextOf, wishText } from '../context.ts';

const LABELS = { release: 'istio', chart: 'mixer', heritage: 'Tiller' };
const released = (apiVersion: string, kind: string, path: string, metadata: JsonObject = {}): K8sObject =>
  object(apiVersion, kind, path, { metadata: { labels: LABELS, ...metadata } });
const TARGET = [released('apps/v1', 'Deployment', 'istio-system/istio-pilot')];
const METRIC = released('config.istio.io/v1alpha2', 'metric', 'istio-system/requestcount');

const left = (
  live: readonly K8sObject[],
  target: readonly K8sObject[] = TARGET,
  postInstall: readonly K8sObject[] = [],
) => (leftovers.apply(contextOf({ live, target, postInstall })).leftovers ?? []).map(({ ref }) => refText(ref));

test("what carries the release's labels and is not in the target is left over", () => {
  assert.deepEqual(left([METRIC, ...TARGET]), ['metric.config.istio.io/istio-system/requestcount']);
});

test('left alone unless it is asked for; then it goes last', () => {
  const shown = leftovers.apply(contextOf({ live: [METRIC], target: TARGET }));
  assert.deepEqual(shown.wishes, undefined);
  const { wishes = [], leftovers: mentioned } = leftovers.apply(
    contextOf({ live: [METRIC], target: TARGET, prune: true }),
  );
  assert.deepEqual(wishes.map(wishText), ['absent metric.config.istio.io/istio-system/requestcount']);
  assert.deepEqual(
    wishes.map(({ phase, stage }) => [phase, stage]),
    [['control-plane', 'clean-up']],
  );
  assert.equal(mentioned, undefined);
});

test('who rendered it may be either Helm', () => {
  const byHelm3 = { ...METRIC, metadata: { ...METRIC.metadata, labels: { ...LABELS, heritage: 'Helm' } } };
  assert.equal(left([byHelm3]).length, 1);
});

test('what this tool installed from a manifest is left over with the name of its release alone', () => {
  const budget = released('policy/v1beta1', 'PodDisruptionBudget', 'istio-system/istio-galley', {
    labels: { release: 'istio' },
  });
  const record = { 'f:metadata': { 'f:annotations': { 'f:kubectl.kubernetes.io/last-applied-configuration': {} } } };
  assert.deepEqual(left([budget]), [], 'a person may have made it');
  assert.deepEqual(left([ownedObject(budget, owned('kubectl', record))]), []);
  assert.deepEqual(left([ownedObject(budget, owned('istio-upgrade', record, 'Apply'))]), [
    'PodDisruptionBudget.policy/istio-system/istio-galley',
  ]);
});

test("what another release, a person or another namespace's release made is not ours to mention", () => {
  const labelled = (labels: JsonObject) => ({ ...METRIC, metadata: { ...METRIC.metadata, labels } });
  const others = [
    labelled({ ...LABELS, release: 'other' }),
    labelled({ release: 'istio' }),
    labelled({ ...LABELS, heritage: 'me' }),
    labelled({}),
    released('config.istio.io/v1alpha2', 'metric', 'shop/requestcount'),
  ];
  for (const other of others) assert.deepEqual(left([other]), [], JSON.stringify(other.metadata));
});

test('cluster-scoped objects count, whether the target gives them a namespace or not', () => {
  const role = released('rbac.authorization.k8s.io/v1', 'ClusterRole', 'istio-pilot-istio-system');
  assert.deepEqual(left([role]), ['ClusterRole.rbac.authorization.k8s.io/istio-pilot-istio-system']);
  const placed = released('rbac.authorization.k8s.io/v1', 'ClusterRole', 'istio-system/istio-pilot-istio-system');
  assert.deepEqual(left([role], [...TARGET, placed]), []);
});

test("another control plane's roles and a gateway copied under another name are somebody else's", () => {
  const other = released('rbac.authorization.k8s.io/v1', 'ClusterRole', 'istio-pilot-istio-system2');
  const copied = released('apps/v1', 'Deployment', 'istio-system/my-private-gateway');
  assert.deepEqual(left([other, copied]), []);
});

test('an object that moved to another API group is not left over', () => {
  const moved = released('extensions/v1beta1', 'Deployment', 'istio-system/istio-pilot');
  assert.deepEqual(left(TARGET, [moved]), []);
});

test('what a post-install Job would make is not left over, what a hook that is not applied would make is', () => {
  const policy = released('authentication.istio.io/v1alpha1', 'MeshPolicy', 'default');
  assert.deepEqual(left([policy], TARGET, [policy]), []);
  const job = released('batch/v1', 'Job', 'istio-system/istio-cleanup-secrets', {
    annotations: { 'helm.sh/hook': 'post-delete' },
  });
  assert.deepEqual(left([job], [...TARGET, job]), ['Job.batch/istio-system/istio-cleanup-secrets']);
});

test('some kinds are never left over, nor is what belongs to another object', () => {
  const never = [
    released('apiextensions.k8s.io/v1beta1', 'CustomResourceDefinition', 'metrics.config.istio.io'),
    released('v1', 'Namespace', 'istio-system'),
    released('v1', 'Secret', 'istio-system/istio-ca-secret'),
    released('apps/v1', 'ReplicaSet', 'istio-system/istio-old-1'),
    released('v1', 'Pod', 'istio-system/istio-old-1-x'),
    released('v1', 'Endpoints', 'istio-system/istio-sidecar-injector'),
    released('discovery.k8s.io/v1beta1', 'EndpointSlice', 'istio-system/istio-sidecar-injector-x'),
    released('admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration', 'istio-galley'),
    released('v1', 'ConfigMap', 'istio-system/owned', {
      ownerReferences: [{ kind: 'Deployment', name: 'x', uid: 'u' }],
    }),
  ];
  for (const object of never) assert.deepEqual(left([object]), [], object.kind);
});

test('a target that carries no release label leaves nothing over', () => {
  assert.deepEqual(left([METRIC], [object('apps/v1', 'Deployment', 'istio-system/istio-pilot')]), []);
});
