import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setOfPaths } from '../../src/fields/field-set.ts';
import { parsePathText } from '../../src/fields/path-text.ts';
import { withoutKept } from '../../src/plan/kept-fields.ts';

const setOf = (path: string) => setOfPaths([parsePathText(path)]);

test('what the server and controllers fill in is taken out of the set, per kind', () => {
  const kept: readonly (readonly [kind: string, path: string])[] = [
    ['Deployment', 'status.replicas'],
    ['Deployment', 'metadata.annotations[deployment.kubernetes.io/revision]'],
    ['ConfigMap', 'metadata.finalizers[="x"]'],
    ['ConfigMap', 'metadata.ownerReferences[uid="u"].kind'],
    ['Service', 'spec.clusterIP'],
    ['Service', 'spec.clusterIPs'],
    ['Service', 'spec.healthCheckNodePort'],
    ['Service', 'spec.ports[port=80,protocol="TCP"].nodePort'],
    ['ServiceAccount', 'secrets[name="token"].name'],
    ['Namespace', 'spec.finalizers'],
    ['PersistentVolumeClaim', 'spec.volumeName'],
    ['MutatingWebhookConfiguration', 'webhooks[name="a.example.org"].clientConfig.caBundle'],
    ['ValidatingWebhookConfiguration', 'webhooks[name="a.example.org"].clientConfig.caBundle'],
  ];
  for (const [kind, path] of kept) assert.deepEqual(withoutKept(kind, setOf(path)), {}, `${kind} ${path}`);
});

test('everything else is the installer’s, also where its name begins or ends alike', () => {
  const installers: readonly (readonly [kind: string, path: string])[] = [
    ['Deployment', 'spec.replicas'],
    ['Deployment', 'spec.clusterIP'],
    ['Deployment', 'metadata.annotations[sidecar.istio.io/inject]'],
    ['Deployment', 'statusMessage'],
    ['Service', 'spec.ports[port=80,protocol="TCP"].port'],
    ['Service', 'metadata.labels[app]'],
    ['ServiceAccount', 'imagePullSecrets[name="pull"].name'],
    ['MutatingWebhookConfiguration', 'webhooks[name="a.example.org"].clientConfig.service.path'],
    ['ConfigMap', 'data[status]'],
  ];
  for (const [kind, path] of installers) {
    assert.deepEqual(withoutKept(kind, setOf(path)), setOf(path), `${kind} ${path}`);
  }
});

test('what lies around a kept field stays as it was, members of their own and all', () => {
  const port = { '.': {}, 'f:nodePort': {}, 'f:port': {} };
  const set = { 'f:spec': { 'f:clusterIP': {}, 'f:ports': { '.': {}, 'k:{"port":80,"protocol":"TCP"}': port } } };
  assert.deepEqual(withoutKept('Service', set), {
    'f:spec': { 'f:ports': { '.': {}, 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {} } } },
  });
  assert.deepEqual(withoutKept('Service', { 'f:spec': { '.': {}, 'f:clusterIP': {} } }), { 'f:spec': {} });
});
