import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../src/core/json.ts';
import { gitopsOwnerOf } from '../../src/mesh/gitops-owner.ts';
import { object, owned } from '../objects.ts';

/** `Flux HelmRelease istio-system/istio` */
function owner(metadata: JsonObject): string {
  const found = gitopsOwnerOf(object('apps/v1', 'Deployment', 'istio-system/istio-pilot', { metadata }));
  if (found === undefined) return 'nobody';
  const { tool, kind, namespace, name } = found;
  return `${tool} ${kind} ${namespace}/${name}`;
}

const INSTANCE = { 'app.kubernetes.io/instance': 'istio' };
const TRACKING = 'argocd.argoproj.io/tracking-id';

test('Argo CD is told by its annotation on the very object, its own label, or the usual label and its controller', () => {
  assert.equal(
    owner({ annotations: { [TRACKING]: 'mesh:apps/Deployment:istio-system/istio-pilot' } }),
    'Argo CD Application /mesh',
  );
  assert.equal(owner({ annotations: { [TRACKING]: 'mesh:apps/Deployment:istio-system/istio-galley' } }), 'nobody');
  assert.equal(owner({ labels: { 'argocd.argoproj.io/instance': 'mesh' } }), 'Argo CD Application /mesh');
  assert.equal(
    owner({ labels: INSTANCE, managedFields: [owned('argocd-controller', {})] }),
    'Argo CD Application /istio',
  );
  assert.equal(owner({ labels: INSTANCE, managedFields: [owned('argocd-server', {})] }), 'nobody');
  assert.equal(owner({ labels: INSTANCE, managedFields: [owned('helm', {})] }), 'nobody');
});

test('Flux is told by the labels of either controller, or by their field managers', () => {
  const flux = (group: string) => ({
    [`${group}.toolkit.fluxcd.io/name`]: 'mesh',
    [`${group}.toolkit.fluxcd.io/namespace`]: 'flux-system',
  });
  assert.equal(owner({ labels: flux('kustomize') }), 'Flux Kustomization flux-system/mesh');
  assert.equal(owner({ labels: flux('helm') }), 'Flux HelmRelease flux-system/mesh');
  assert.equal(owner({ managedFields: [owned('kustomize-controller', {}, 'Apply')] }), 'Flux Kustomization /');
  assert.equal(owner({ managedFields: [owned('helm-controller', {})] }), 'Flux HelmRelease /');
});

test('Flux 1 is told by its mark, its checksum, or the HelmRelease that its operator names', () => {
  assert.equal(owner({ labels: { 'fluxcd.io/sync-gc-mark': 'sha256.x' } }), 'Flux 1 sync /');
  assert.equal(owner({ annotations: { 'fluxcd.io/sync-checksum': 'x' } }), 'Flux 1 sync /');
  const antecedent = { 'helm.fluxcd.io/antecedent': 'istio-system:helmrelease/istio' };
  assert.equal(owner({ annotations: antecedent }), 'Flux 1 HelmRelease istio-system/istio');
});

test("an object without any mark is nobody's", () => {
  assert.equal(owner({}), 'nobody');
  assert.equal(owner({ managedFields: [owned('kubectl-client-side-apply', {})] }), 'nobody');
});
