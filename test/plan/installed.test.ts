import assert from 'node:assert/strict';
import { test } from 'node:test';
import { installedKind, writing } from '../../src/plan/installed.ts';

const RBAC = 'rbac.authorization.k8s.io';

test('whoever writes any binding may bind any such role where the binding is: in the whole cluster, or in its namespace', () => {
  const bind = (kind: string) => writing(installedKind({ group: RBAC, kind }, 'istio-system')).at(-1);
  assert.deepEqual(bind('ClusterRoleBinding'), access('bind', 'ClusterRole', ''));
  assert.deepEqual(bind('RoleBinding'), access('bind', 'Role', 'istio-system'));
  assert.deepEqual(bind('Role'), access('escalate', 'Role', 'istio-system'));
});

function access(verb: string, kind: string, namespace: string) {
  return { group: RBAC, kind, verbs: [verb], namespace, names: undefined };
}
