import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { K8sObject } from '../../src/core/object.ts';
import { snapshotOf } from '../../src/core/snapshot.ts';
import { resourcesOf } from '../../src/memory/resources.ts';
import { rewritingsOf, rewritingText } from '../../src/plan/rewritten-record.ts';
import { object } from '../objects.ts';

const LABELS = { app: 'pilot', istio: 'pilot' };
const pilot = (apiVersion: string, matchLabels?: Record<string, string>) =>
  object(apiVersion, 'Deployment', 'istio-system/istio-pilot', {
    spec: { ...(matchLabels ? { selector: { matchLabels } } : {}), template: { metadata: { labels: LABELS } } },
  });
const role = (apiVersion: string, metadata = {}) => object(apiVersion, 'ClusterRole', 'istio', { metadata });
const MARKED = {
  labels: { 'app.kubernetes.io/managed-by': 'Helm' },
  annotations: { 'meta.helm.sh/release-name': 'istio', 'meta.helm.sh/release-namespace': 'istio-system' },
};

interface Cluster {
  readonly counterparts?: readonly K8sObject[];
  readonly live?: readonly K8sObject[];
}

function rewritten(recorded: K8sObject, { counterparts = [], live = [] }: Cluster = {}) {
  const { rewritings, problems } = rewritingsOf([{ object: recorded, source: 'the record' }], {
    resources: resourcesOf([]),
    release: 'istio',
    namespace: 'istio-system',
    counterparts: snapshotOf(counterparts),
    live: snapshotOf(live),
  });
  return { texts: rewritings.map(rewritingText), problems: problems.map(({ id }) => id) };
}

test('a version that the server no longer serves becomes one that it does', () => {
  const ingress = object('policy/v1', 'PodDisruptionBudget', 'istio-system/istio-pilot');
  assert.deepEqual(rewritten(ingress), {
    texts: ['rewrites PodDisruptionBudget istio-pilot: policy/v1 becomes policy/v1beta1'],
    problems: [],
  });
});

test('a selector that such a version let out is said: that of the other side, which leaves the live one as it is', () => {
  const cluster = { counterparts: [pilot('apps/v1', { istio: 'pilot' })], live: [pilot('apps/v1', LABELS)] };
  const text = 'extensions/v1beta1 becomes apps/v1, its selector is said: {"istio":"pilot"}';
  assert.deepEqual(rewritten(pilot('extensions/v1beta1'), cluster).texts, [`rewrites Deployment istio-pilot: ${text}`]);
});

test('where the other side lacks the object it is the live selector, and without one that of all labels', () => {
  const said = (selector: object) =>
    `rewrites Deployment istio-pilot: extensions/v1beta1 becomes apps/v1, its selector is said: ${JSON.stringify(selector)}`;
  const live = { live: [pilot('apps/v1', { app: 'pilot' })] };
  assert.deepEqual(rewritten(pilot('extensions/v1beta1'), live).texts, [said({ app: 'pilot' })]);
  assert.deepEqual(rewritten(pilot('extensions/v1beta1')).texts, [said(LABELS)]);
});

test('a selector that Helm would try to change becomes the one of the other side', () => {
  const cluster = { counterparts: [pilot('apps/v1', { istio: 'pilot' })] };
  assert.deepEqual(rewritten(pilot('apps/v1', LABELS), cluster).texts, [
    'rewrites Deployment istio-pilot: its selector is said: {"istio":"pilot"}',
  ]);
  assert.deepEqual(rewritten(pilot('apps/v1', { istio: 'pilot' }), cluster).texts, []);
});

test("a version of its own is no obstacle for what is marked as Helm's, and one for what is not", () => {
  const counterparts = [role('rbac.authorization.k8s.io/v1')];
  const recorded = role('rbac.authorization.k8s.io/v1beta1');
  const live = (metadata: object) => ({ counterparts, live: [role('rbac.authorization.k8s.io/v1', metadata)] });
  assert.deepEqual(rewritten(recorded, live(MARKED)).texts, []);
  assert.deepEqual(rewritten(recorded, live({})).texts, [
    'rewrites ClusterRole istio: rbac.authorization.k8s.io/v1beta1 becomes rbac.authorization.k8s.io/v1',
  ]);
});

test('what the server serves in no version of that shape blocks', () => {
  const { texts, problems } = rewritten(object('config.istio.io/v1alpha2', 'metric', 'istio-system/requests'));
  assert.deepEqual([texts, problems], [[], ['helm-record-unserved']]);
});
