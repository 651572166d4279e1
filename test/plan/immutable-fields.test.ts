import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../src/core/json.ts';
import { decideImmutable } from '../../src/plan/immutable-fields.ts';
import { deployment, object } from '../objects.ts';

const binding = (name: string, more: JsonObject = {}) =>
  object('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', 'istio-pilot', {
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
    ...more,
  });
const job = (container: JsonObject) =>
  object('batch/v1', 'Job', 'istio-system/init', { spec: { template: { spec: { containers: [container] } } } });

test('a binding to another role keeps the live role in the body, and blocks with its path', () => {
  const { body, problems } = decideImmutable(
    binding('new', { subjects: [{ kind: 'User', name: 'x' }] }),
    binding('old'),
  );
  assert.deepEqual(body.roleRef, binding('old').roleRef);
  assert.deepEqual(body.subjects, [{ kind: 'User', name: 'x' }], 'the rest stays as wanted');
  assert.deepEqual(
    problems.map(({ id, severity, ref }) => [id, severity, ref?.name]),
    [['immutable-field', 'blocker', 'istio-pilot']],
  );
  assert.match(
    problems[0]?.message ?? '',
    /^ClusterRoleBinding\.rbac\.authorization\.k8s\.io\/istio-pilot: roleRef cannot be changed/,
  );
});

test('the same role, the group of which the server filled in, is no change', () => {
  const wanted = object('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', 'istio-pilot', {
    roleRef: { kind: 'ClusterRole', name: 'old' },
  });
  const { body, problems } = decideImmutable(wanted, binding('old'));
  assert.deepEqual(problems, []);
  assert.equal(body, wanted);
});

test("a Job's template with the server's defaults is the same; another image in it is not", () => {
  const live = job({ name: 'kubectl', image: 'kubectl:1.1.17', terminationMessagePath: '/dev/termination-log' });
  assert.deepEqual(decideImmutable(job({ name: 'kubectl', image: 'kubectl:1.1.17' }), live).problems, []);
  const [problem] = decideImmutable(job({ name: 'kubectl', image: 'kubectl:1.2.10' }), live).problems;
  assert.match(problem?.message ?? '', /spec\.template cannot be changed/);
});

test('a field that one side does not have is left to the server', () => {
  const set = (spec: JsonObject) => object('apps/v1', 'StatefulSet', 'a/b', { spec });
  assert.deepEqual(decideImmutable(set({}), set({ serviceName: 'x' })).problems, []);
  assert.deepEqual(decideImmutable(set({ serviceName: 'x' }), set({})).problems, []);
});

test('every immutable field that differs is named', () => {
  const set = (serviceName: string, podManagementPolicy: string) =>
    object('apps/v1', 'StatefulSet', 'a/b', { spec: { serviceName, podManagementPolicy } });
  const { problems, body } = decideImmutable(set('new', 'Parallel'), set('old', 'OrderedReady'));
  assert.equal(problems.length, 2);
  assert.deepEqual(body.spec, { serviceName: 'old', podManagementPolicy: 'OrderedReady' });
});

test('kinds whose fields may change are returned as they are', () => {
  const wanted = deployment('a/b', { image: 'x' });
  assert.deepEqual(decideImmutable(wanted, deployment('a/b', { image: 'y' })), { body: wanted, problems: [] });
});
