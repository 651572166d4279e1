import assert from 'node:assert/strict';
import { test } from 'node:test';
import { comingRequests } from '../../../../src/hops/every/checks/coming-requests.ts';
import { deployment, object } from '../../../objects.ts';
import { type Around, checkContextOf } from '../../context.ts';

const CRD = object('apiextensions.k8s.io/v1beta1', 'CustomResourceDefinition', 'rules.config.istio.io');
const RULE = object('config.istio.io/v1alpha2', 'rule', 'istio-system/promhttp');
const WEBHOOK = object('admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration', 'istio-sidecar-injector');
const HOOK = object('batch/v1', 'Job', 'istio-system/cleanup', {
  metadata: { annotations: { 'helm.sh/hook': 'post-delete' } },
});
const PILOT = deployment('istio-system/istio-pilot', { labels: { istio: 'pilot' } });
const CART = deployment('shop/cart', { image: 'shop/cart:1' });
const POLICY = object('authentication.istio.io/v1alpha1', 'MeshPolicy', 'istio-system/default');

const requests = (around: Around) => comingRequests(checkContextOf(around));
const texts = (around: Around) => requests(around).map(({ text }) => text);

test('everything that the target brings is written, but hooks and what no webhook is asked about', () => {
  assert.deepEqual(texts({ target: [CRD, RULE, WEBHOOK, HOOK], postInstall: [POLICY], phases: [] }), [
    'CustomResourceDefinition.apiextensions.k8s.io/rules.config.istio.io',
    'MeshPolicy.authentication.istio.io/default',
    'rule.config.istio.io/istio-system/promhttp',
  ]);
});

test('a control plane is rolled out anew, whatever the target is', () => {
  assert.deepEqual(texts({ live: [PILOT], phases: [] }), [
    'Deployment.apps/istio-system/istio-pilot',
    'pods of Deployment.apps/istio-system/istio-pilot',
  ]);
});

test('a phase writes only what is its own', () => {
  const around = { live: [PILOT, CART], target: [CRD, RULE] };
  assert.deepEqual(texts({ ...around, phases: ['crds'] }), [
    'CustomResourceDefinition.apiextensions.k8s.io/rules.config.istio.io',
  ]);
  assert.deepEqual(texts({ ...around, phases: ['config'] }), []);
});

test('phase data-plane changes the workloads that were asked for', () => {
  const dataPlane = {
    version: { major: 1, minor: 2, patch: 10, suffix: '' },
    workloads: [],
    live: new Map([['Deployment.apps/shop/cart', CART]]),
    reinjected: new Map(),
    evicts: false,
    injectorAddresses: 1,
  };
  assert.deepEqual(texts({ live: [PILOT, CART], dataPlane, phases: ['data-plane'] }), [
    'Deployment.apps/shop/cart',
    'pods of Deployment.apps/shop/cart',
  ]);
});

test('what is there is updated, and a workload may have to be made anew', () => {
  const operations = (live: Around['live']) =>
    requests({ live: live ?? [], target: [RULE], phases: [] }).map((request) => request.operations);
  assert.deepEqual(operations([]), [['CREATE', 'UPDATE']]);
  assert.deepEqual(operations([RULE]), [['UPDATE']]);
  assert.deepEqual(operations([RULE, PILOT]), [['CREATE', 'UPDATE'], ['CREATE'], ['UPDATE']]);
});
