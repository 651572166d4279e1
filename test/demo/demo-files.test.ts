import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { listAt, objectAt, valueAt } from '../../src/core/json.ts';
import { matchesSelector } from '../../src/core/label-selector.ts';
import { annotationsOf, isK8sObject, type K8sObject, labelsOf, refOf, refText, uidOf } from '../../src/core/object.ts';
import { readinessOf } from '../../src/core/readiness.ts';
import { readManifests } from '../../src/release/read-manifests.ts';

const COMPONENTS = ['istio-pilot', 'istio-galley', 'istio-citadel', 'istio-sidecar-injector', 'istio-ingressgateway'];
const DEPLOYMENT = 'Deployment.apps/istio-system';
const CRD = 'CustomResourceDefinition.apiextensions.k8s.io';

async function* noInput() {}

async function read(name: string): Promise<ReadonlyMap<string, K8sObject>> {
  const objects = (await readManifests([join(import.meta.dirname, name)], noInput())).map(({ object }) => object);
  const found = objects.filter(isK8sObject);
  const byRef = new Map(found.map((object) => [refText(refOf(object)), object]));
  assert.equal(byRef.size, objects.length, 'every object stands there once');
  return byRef;
}

const selectorOf = (workload: K8sObject) => objectAt(valueAt(workload, 'spec', 'selector'));
const podLabels = (workload: K8sObject) => labelsOf(objectAt(valueAt(workload, 'spec', 'template')));
const images = (workload: K8sObject) =>
  listAt(valueAt(workload, 'spec', 'template', 'spec', 'containers')).map((container) => valueAt(container, 'image'));

describe('the demo', () => {
  let mesh: ReadonlyMap<string, K8sObject> = new Map();
  let release: ReadonlyMap<string, K8sObject> = new Map();
  const at = (objects: ReadonlyMap<string, K8sObject>, ref: string): K8sObject => {
    const object = objects.get(ref);
    assert.ok(object, `${ref} is there`);
    return object;
  };
  const live = (ref: string) => at(mesh, ref);
  const target = (ref: string) => at(release, ref);

  before(async () => {
    mesh = await read('mesh-1.1.yaml');
    release = await read('istio-1.2');
  });

  it('holds objects as an API server shows them, and manifests as people write them', () => {
    for (const object of mesh.values()) assert.ok(uidOf(object), refText(refOf(object)));
    assert.equal(new Set([...mesh.values()].map(uidOf)).size, mesh.size);
    for (const object of mesh.values()) assert.equal(readinessOf(object).state, 'ready', refText(refOf(object)));
    for (const object of release.values()) {
      assert.equal(uidOf(object) ?? object.status, undefined, refText(refOf(object)));
    }
  });

  it('goes from 1.1.17 to 1.2.10', () => {
    for (const name of COMPONENTS) {
      assert.match(images(live(`${DEPLOYMENT}/${name}`)).join(), /:1\.1\.17$/);
      assert.match(images(target(`${DEPLOYMENT}/${name}`)).join(), /:1\.2\.10$/);
    }
  });

  it("has Deployments whose selectors are all their pods' labels, as extensions/v1beta1 made them", () => {
    for (const name of COMPONENTS) {
      const deployment = live(`${DEPLOYMENT}/${name}`);
      assert.deepEqual(selectorOf(deployment), { matchLabels: podLabels(deployment) });
      assert.equal(valueAt(deployment, 'spec', 'revisionHistoryLimit'), 2147483647);
      assert.equal(valueAt(deployment, 'spec', 'progressDeadlineSeconds'), 2147483647);
    }
  });

  it("keeps the live selector of every Deployment but Citadel's, whose ReplicaSet the new one adopts", () => {
    for (const name of COMPONENTS) {
      const wanted = target(`${DEPLOYMENT}/${name}`);
      const isKept = matchesSelector(selectorOf(live(`${DEPLOYMENT}/${name}`)), podLabels(wanted));
      assert.equal(isKept, name !== 'istio-citadel', name);
      assert.ok(matchesSelector(selectorOf(wanted), podLabels(wanted)), name);
    }
    const replicaSet = live('ReplicaSet.apps/istio-system/istio-citadel-7b86dcd84c');
    const citadel = live(`${DEPLOYMENT}/istio-citadel`);
    assert.equal(valueAt(replicaSet, 'metadata', 'ownerReferences', 0, 'uid'), uidOf(citadel));
    assert.ok(labelsOf(replicaSet)['pod-template-hash']);
    assert.ok(matchesSelector(selectorOf(target(`${DEPLOYMENT}/istio-citadel`)), labelsOf(replicaSet)));
  });

  it('has Galley scaled to two, where both manifests say one', () => {
    const galley = live(`${DEPLOYMENT}/istio-galley`);
    const applied = JSON.parse(annotationsOf(galley)['kubectl.kubernetes.io/last-applied-configuration'] ?? '');
    assert.equal(valueAt(galley, 'spec', 'replicas'), 2);
    assert.equal(valueAt(applied, 'spec', 'replicas'), 1);
    assert.equal(valueAt(target(`${DEPLOYMENT}/istio-galley`), 'spec', 'replicas'), 1);
  });

  it('defines authorization policies anew and metrics no more', () => {
    assert.ok(live(`${CRD}/metrics.config.istio.io`));
    assert.equal(release.has(`${CRD}/metrics.config.istio.io`), false);
    assert.ok(target(`${CRD}/authorizationpolicies.rbac.istio.io`));
    assert.equal(mesh.has(`${CRD}/authorizationpolicies.rbac.istio.io`), false);
  });

  it('replaces the metric by an instance and brings a budget for the injector', () => {
    assert.ok(live('metric.config.istio.io/istio-system/requestcount'));
    assert.ok(target('instance.config.istio.io/istio-system/requestcount'));
    const budget = 'PodDisruptionBudget.policy/istio-system/istio-sidecar-injector';
    assert.ok(target(budget));
    assert.equal(mesh.has(budget), false);
  });

  it('leaves the certificate authority of the webhook to the injector', () => {
    const webhook = 'MutatingWebhookConfiguration.admissionregistration.k8s.io/istio-sidecar-injector';
    const bundle = ['webhooks', 0, 'clientConfig', 'caBundle'] as const;
    assert.notEqual(valueAt(live(webhook), ...bundle), '');
    assert.equal(valueAt(target(webhook), ...bundle), '');
  });

  it('brings hooks, one of which would delete every certificate', () => {
    const hookOf = (name: string) => annotationsOf(target(`Job.batch/istio-system/${name}`))['helm.sh/hook'];
    assert.equal(hookOf('istio-security-post-install-1.2.10'), 'post-install');
    assert.equal(hookOf('istio-cleanup-secrets-1.2.10'), 'post-delete');
    const custom = valueAt(
      target('ConfigMap/istio-system/istio-security-custom-resources'),
      'data',
      'custom-resources.yaml',
    );
    assert.match(String(custom), /kind: MeshPolicy\n[\s\S]*mode: PERMISSIVE$/);
    assert.equal(
      valueAt(live('MeshPolicy.authentication.istio.io/default'), 'spec', 'peers', 0, 'mtls', 'mode'),
      'PERMISSIVE',
    );
  });

  it('has applications that are none of the release', () => {
    for (const ref of [
      'Deployment.apps/shop/cart',
      'Deployment.apps/shop/web',
      'Service/shop/cart',
      'Service/shop/web',
    ]) {
      assert.ok(live(ref));
    }
    assert.ok(live('DestinationRule.networking.istio.io/shop/cart'));
    assert.ok([...release.values()].every(({ metadata }) => metadata.namespace !== 'shop'));
  });
});
