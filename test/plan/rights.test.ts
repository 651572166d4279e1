import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { K8sObject } from '../../src/core/object.ts';
import { escalationFor, evictionRight, resourceText, rightsFor } from '../../src/plan/rights.ts';
import { deployment, object } from '../objects.ts';
import { maybeProposed, proposed, type Wished } from './proposing.ts';

const CONFIG = object('v1', 'ConfigMap', 'istio-system/istio', { data: { mesh: 'old' } });
const CHANGED = { ...CONFIG, data: { mesh: 'new' } };
const NEW_LABELS = deployment('istio-system/pilot', { labels: { app: 'pilot' }, selector: { app: 'pilot' } });
const OLD_LABELS = deployment('istio-system/pilot', { labels: { app: 'old' }, selector: { app: 'old' } });

function verbs(wished: Wished, live: K8sObject | undefined): readonly string[] {
  return rightsFor(proposed(wished, live)).map(({ verb }) => verb);
}

test('creating takes create and patch, since server-side apply is a patch', () => {
  assert.deepEqual(verbs({ installed: CONFIG }, undefined), ['create', 'patch']);
});

test('changing takes patch; where fields go, update too, which stands in for what server-side apply cannot remove', () => {
  assert.deepEqual(verbs({ set: CHANGED }, CONFIG), ['patch']);
  const live = { ...CONFIG, data: { mesh: 'old', gone: 'x' } };
  assert.deepEqual(verbs({ set: CHANGED, remove: { 'f:data': { 'f:gone': {} } } }, live), ['patch', 'update']);
});

test('deleting takes delete, and replacing all that deleting and creating do', () => {
  const deletion = maybeProposed({ isAbsent: true }, CONFIG);
  assert.ok(deletion);
  assert.deepEqual(
    rightsFor(deletion).map(({ verb }) => verb),
    ['delete'],
  );
  const replacement = proposed({ installed: NEW_LABELS }, OLD_LABELS, {
    replicaSets: { controlled: [], orphaned: [] },
  });
  assert.deepEqual(
    rightsFor({ ...replacement, op: 'replace' }).map(({ verb }) => verb),
    ['create', 'patch', 'delete'],
  );
});

test('rights are on the object by name, in its namespace, or in none', () => {
  assert.deepEqual(rightsFor(proposed({ set: CHANGED }, CONFIG)), [
    { verb: 'patch', group: '', resource: 'configmaps', namespace: 'istio-system', name: 'istio' },
  ]);
  const role = object('rbac.authorization.k8s.io/v1', 'ClusterRole', 'reader', { rules: [] });
  assert.deepEqual(
    rightsFor(proposed({ installed: role }, undefined)).map(({ resource, namespace }) => [resource, namespace]),
    [
      ['clusterroles', ''],
      ['clusterroles', ''],
    ],
  );
});

test('a role can be written with rules that one may escalate, a binding with a role that one may bind', () => {
  const rbac = 'rbac.authorization.k8s.io/v1';
  const role = object(rbac, 'Role', 'shop/reader', { rules: [] });
  assert.deepEqual(escalationFor(proposed({ installed: role }, undefined)), {
    verb: 'escalate',
    group: 'rbac.authorization.k8s.io',
    resource: 'roles',
    namespace: 'shop',
    name: 'reader',
  });
  const binding = object(rbac, 'ClusterRoleBinding', 'readers', { roleRef: { kind: 'ClusterRole', name: 'reader' } });
  const bind = escalationFor(proposed({ installed: binding }, undefined));
  assert.deepEqual([bind?.verb, bind?.resource, bind?.name], ['bind', 'clusterroles', 'reader']);
  assert.equal(escalationFor(proposed({ set: CHANGED }, CONFIG)), undefined);
});

test('a resource is written as kubectl auth can-i takes it', () => {
  assert.equal(resourceText({ group: 'apps', resource: 'deployments' }), 'deployments.apps');
  assert.equal(resourceText(evictionRight('shop')), 'pods/eviction');
});
