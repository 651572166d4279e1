import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError } from '../../src/core/errors.ts';
import { FIELD_MANAGER } from '../../src/core/field-manager.ts';
import { objectAt, valueAt } from '../../src/core/json.ts';
import { type K8sObject, refOf, resourceVersionOf, uidOf } from '../../src/core/object.ts';
import { readinessOf } from '../../src/core/readiness.ts';
import { type ApiResource, findResource, servedVersions } from '../../src/core/resources.ts';
import { ownedBy } from '../../src/fields/managed-fields.ts';
import { type MemoryClusterPort, memoryCluster } from '../../src/memory/memory-cluster.ts';
import { deployment, object, replicaSet } from '../objects.ts';

const config = (name: string, data: Readonly<Record<string, string>> = {}) =>
  object('v1', 'ConfigMap', `mesh/${name}`, { data });
const cluster = (...objects: readonly K8sObject[]) => memoryCluster({ objects, fileName: 'mesh.yaml', now: () => 0 });
const crd = (version: 'v1' | 'v1beta1', scope = 'Namespaced') =>
  object(`apiextensions.k8s.io/${version}`, 'CustomResourceDefinition', 'rules.example.com', {
    spec: {
      group: 'example.com',
      names: { kind: 'Rule', plural: 'rules' },
      scope,
      ...(version === 'v1' ? {} : { version: 'v1alpha1' }),
      versions: ['v1alpha1', 'v1', 'v1beta2', 'v1beta1'].map((name) => ({
        name,
        served: name !== 'v1beta1',
        storage: name === 'v1',
      })),
    },
  });

async function resource(from: MemoryClusterPort, apiVersion: string, kind: string): Promise<ApiResource> {
  const found = findResource(await from.discover(), apiVersion, kind);
  assert.ok(found, `${apiVersion} ${kind} is served`);
  return found;
}

async function existing(from: MemoryClusterPort, wanted: K8sObject): Promise<K8sObject> {
  const found = await from.get(await resource(from, wanted.apiVersion, wanted.kind), refOf(wanted));
  assert.ok(found, `${wanted.kind} ${wanted.metadata.name} exists`);
  return found;
}

const refused = (status: number, reason: string) => (error: unknown) =>
  error instanceof ApiError && error.status === status && error.reason === reason;

async function listed(
  from: MemoryClusterPort,
  of: ApiResource,
  query: Parameters<MemoryClusterPort['list']>[1] = {},
): Promise<readonly string[]> {
  const names: string[] = [];
  for await (const { metadata } of from.list(of, query)) names.push(metadata.name);
  return names;
}

test('it serves what a 1.20 server serves, in its order of preference', async () => {
  const served = await cluster().discover();
  const versions = (group: string, kind: string) =>
    servedVersions(served, { group, kind }).map(({ version }) => version);
  assert.deepEqual(versions('apps', 'Deployment'), ['v1']);
  assert.deepEqual(versions('rbac.authorization.k8s.io', 'ClusterRole'), ['v1', 'v1beta1']);
  assert.deepEqual(versions('autoscaling', 'HorizontalPodAutoscaler'), ['v1', 'v2beta1', 'v2beta2']);
  assert.deepEqual(versions('extensions', 'Deployment'), []);
  assert.deepEqual((await resource(cluster(), 'v1', 'Namespace')).namespaced, false);
});

for (const version of ['v1', 'v1beta1'] as const) {
  test(`it serves the versions of a ${version} CustomResourceDefinition, stable ones first`, async () => {
    const from = cluster(crd(version, 'Cluster'));
    const rules = servedVersions(await from.discover(), { group: 'example.com', kind: 'Rule' });
    assert.deepEqual(
      rules.map((rule) => rule.version),
      ['v1', 'v1beta2', 'v1alpha1'],
    );
    assert.deepEqual(
      rules.map((rule) => rule.namespaced),
      [false, false, false],
    );
  });
}

test('a custom resource can be written as soon as its definition is', async () => {
  const from = cluster();
  const rule = object('example.com/v1', 'Rule', 'mesh/r');
  const served: ApiResource = {
    group: 'example.com',
    version: 'v1',
    kind: 'Rule',
    resource: 'rules',
    namespaced: true,
    verbs: [],
  };
  assert.equal(await from.get(served, refOf(rule)), undefined);
  await assert.rejects(from.apply(served, rule), refused(404, 'NotFound'));
  await from.apply(await resource(from, 'apiextensions.k8s.io/v1', 'CustomResourceDefinition'), crd('v1'));
  await from.apply(served, rule);
  assert.equal(readinessOf(await existing(from, crd('v1'))).state, 'ready');
  await from.delete(await resource(from, 'apiextensions.k8s.io/v1', 'CustomResourceDefinition'), refOf(crd('v1')));
  assert.deepEqual(from.snapshot(), []);
});

test('objects without what a server gives them get it when they are loaded', async () => {
  const from = cluster(config('a'), config('b'), deployment('mesh/pilot'), object('v1', 'Secret', 'nowhere'));
  const [a, b] = [await existing(from, config('a')), await existing(from, config('b'))];
  assert.ok(uidOf(a) && resourceVersionOf(a) && a.metadata.creationTimestamp);
  assert.notEqual(uidOf(a), uidOf(b));
  assert.notEqual(resourceVersionOf(a), resourceVersionOf(b));
  assert.equal(readinessOf(await existing(from, deployment('mesh/pilot'))).state, 'ready');
  assert.equal((await existing(from, object('v1', 'Secret', 'default/nowhere'))).metadata.namespace, 'default');
});

test('what objects bring themselves they keep', async () => {
  const own = { uid: 'u', resourceVersion: '41', generation: 7, creationTimestamp: '2020-01-01T00:00:00Z' };
  const unready = { ...deployment('mesh/pilot', { metadata: own }), status: { replicas: 0 } };
  const from = cluster(unready);
  const live = await existing(from, unready);
  assert.deepEqual(
    [uidOf(live), resourceVersionOf(live), live.metadata.generation, live.status],
    ['u', '41', 7, { replicas: 0 }],
  );
  const written = await from.apply(await resource(from, 'v1', 'ConfigMap'), config('a'));
  assert.ok(Number(resourceVersionOf(written)) > 41);
});

test('an object is read in every served version', async () => {
  const role = object('rbac.authorization.k8s.io/v1beta1', 'ClusterRole', 'r');
  const from = cluster(role);
  const live = await existing(from, { ...role, apiVersion: 'rbac.authorization.k8s.io/v1' });
  assert.equal(live.apiVersion, 'rbac.authorization.k8s.io/v1');
  const old = cluster(object('extensions/v1beta1', 'Deployment', 'mesh/old'));
  assert.equal((await existing(old, deployment('mesh/old'))).apiVersion, 'apps/v1');
});

test('lists are narrowed by namespace, labels and fields', async () => {
  const from = cluster(
    config('a'),
    object('v1', 'ConfigMap', 'shop/b', { metadata: { labels: { app: 'x' } } }),
    object('v1', 'ConfigMap', 'shop/c'),
  );
  const configs = await resource(from, 'v1', 'ConfigMap');
  assert.deepEqual(await listed(from, configs), ['a', 'b', 'c']);
  assert.deepEqual(await listed(from, configs, { namespace: 'shop' }), ['b', 'c']);
  assert.deepEqual(await listed(from, configs, { labelSelector: 'app=x' }), ['b']);
  assert.deepEqual(await listed(from, configs, { fieldSelector: 'metadata.name!=b' }), ['a', 'c']);
});

test('a dry-run answers and stores nothing', async () => {
  const from = cluster(config('a', { x: '1' }));
  const before = from.snapshot();
  const configs = await resource(from, 'v1', 'ConfigMap');
  const answer = await from.apply(configs, config('a', { y: '2' }), { dryRun: true });
  assert.deepEqual(answer.data, { x: '1', y: '2' });
  await from.apply(configs, config('new'), { dryRun: true });
  await from.update(configs, config('a'), { dryRun: true });
  assert.deepEqual(from.snapshot(), before);
});

test('applying the same twice writes once', async () => {
  const from = cluster();
  const deployments = await resource(from, 'apps/v1', 'Deployment');
  const once = await from.apply(deployments, deployment('mesh/pilot'));
  assert.deepEqual(await from.apply(deployments, deployment('mesh/pilot')), once);
  assert.deepEqual(from.snapshot(), [once]);
});

test('a new spec is a new generation, a new label is none, and either is rolled out at once', async () => {
  const from = cluster(deployment('mesh/pilot'));
  const deployments = await resource(from, 'apps/v1', 'Deployment');
  const newImage = await from.apply(deployments, deployment('mesh/pilot', { image: 'pilot:2', replicas: 3 }), {
    force: true,
  });
  assert.equal(newImage.metadata.generation, 2);
  assert.equal(readinessOf(newImage).state, 'ready');
  assert.equal(valueAt(newImage, 'status', 'availableReplicas'), 3);
  const labelled = await from.apply(
    deployments,
    deployment('mesh/pilot', { image: 'pilot:2', replicas: 3, metadata: { labels: { a: 'b' } } }),
  );
  assert.equal(labelled.metadata.generation, 2);
});

test('every workload that is written is rolled out', async () => {
  const from = cluster();
  for (const kind of ['Deployment', 'StatefulSet', 'DaemonSet']) {
    const written = await from.apply(await resource(from, 'apps/v1', kind), { ...deployment('mesh/x'), kind });
    assert.equal(readinessOf(written).state, 'ready', kind);
  }
});

test("another manager's field is a conflict with its name and path, and is taken with force", async () => {
  const managedFields = [
    {
      manager: 'team',
      operation: 'Update',
      apiVersion: 'v1',
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:data': { 'f:a.b': {} } },
    },
  ];
  const from = cluster(object('v1', 'ConfigMap', 'mesh/a', { metadata: { managedFields }, data: { 'a.b': '1' } }));
  const configs = await resource(from, 'v1', 'ConfigMap');
  await assert.rejects(from.apply(configs, config('a', { 'a.b': '2' })), (error) => {
    assert.ok(error instanceof ApiError && error.isFieldConflict && error.status === 409);
    assert.deepEqual(error.causes, [
      { reason: 'FieldManagerConflict', message: 'conflict with "team"', field: '.data[a.b]' },
    ]);
    return true;
  });
  const taken = await from.apply(configs, config('a', { 'a.b': '2' }), { force: true });
  assert.deepEqual(ownedBy(taken, FIELD_MANAGER), { 'f:data': { 'f:a.b': {} } });
});

test('a stale version or another uid stops a write', async () => {
  const from = cluster(config('a'));
  const configs = await resource(from, 'v1', 'ConfigMap');
  const of = (metadata: Readonly<Record<string, string>>) => ({
    ...config('a', { x: '1' }),
    metadata: { ...config('a').metadata, ...metadata },
  });
  await assert.rejects(from.apply(configs, of({ resourceVersion: '999' })), refused(409, 'Conflict'));
  await assert.rejects(from.update(configs, of({ resourceVersion: '999' })), refused(409, 'Conflict'));
  await assert.rejects(from.apply(configs, of({ uid: 'other' })), refused(422, 'Invalid'));
  await assert.rejects(from.delete(configs, refOf(config('a')), { uid: 'other' }), refused(409, 'Conflict'));
  await assert.rejects(from.delete(configs, refOf(config('a')), { resourceVersion: '999' }), refused(409, 'Conflict'));
  assert.deepEqual((await existing(from, config('a'))).data, {});
});

test('an apply to a certain object that is gone does not make it anew', async () => {
  const from = cluster();
  const body = { ...config('a'), metadata: { ...config('a').metadata, uid: 'gone' } };
  await assert.rejects(from.apply(await resource(from, 'v1', 'ConfigMap'), body), refused(409, 'Conflict'));
});

test('what does not exist cannot be changed or deleted', async () => {
  const from = cluster();
  const configs = await resource(from, 'v1', 'ConfigMap');
  await assert.rejects(from.update(configs, config('a')), refused(404, 'NotFound'));
  await assert.rejects(from.patch(configs, refOf(config('a')), []), refused(404, 'NotFound'));
  await assert.rejects(from.delete(configs, refOf(config('a'))), refused(404, 'NotFound'));
});

test('immutable fields are refused with their paths', async () => {
  const binding = (role: string) =>
    object('rbac.authorization.k8s.io/v1', 'RoleBinding', 'mesh/b', { roleRef: { kind: 'Role', name: role } });
  const job = (image: string) =>
    object('batch/v1', 'Job', 'mesh/j', { spec: { template: { spec: { containers: [{ name: 'c', image }] } } } });
  const cases: readonly (readonly [K8sObject, K8sObject, string])[] = [
    [deployment('mesh/d'), deployment('mesh/d', { selector: { other: 'y' } }), 'spec.selector'],
    [binding('one'), binding('two'), 'roleRef.name'],
    [job('1'), job('2'), 'spec.template'],
  ];
  for (const [live, next, field] of cases) {
    const from = cluster(live);
    await assert.rejects(
      from.apply(await resource(from, next.apiVersion, next.kind), next, { force: true }),
      (error) => {
        assert.ok(error instanceof ApiError && error.status === 422 && error.reason === 'Invalid');
        assert.ok(
          error.causes.some((cause) => field.startsWith(cause.field)),
          `${next.kind}: ${error.message}`,
        );
        return true;
      },
    );
  }
});

test('an update replaces the object, but not its status', async () => {
  const from = cluster({ ...deployment('mesh/pilot', { metadata: { labels: { a: 'b' } } }), status: { replicas: 5 } });
  const deployments = await resource(from, 'apps/v1', 'Deployment');
  const next = await from.update(deployments, { ...deployment('mesh/pilot'), status: { replicas: 0, note: 'x' } });
  assert.equal(next.metadata.labels, undefined);
  assert.equal(valueAt(next, 'status', 'note'), undefined);
});

test('a patch hands ownership over without changing anything else', async () => {
  const from = cluster();
  const configs = await resource(from, 'v1', 'ConfigMap');
  const live = await from.apply(configs, config('a', { x: '1' }));
  const managedFields = [
    {
      manager: 'team',
      operation: 'Apply',
      apiVersion: 'v1',
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:data': { 'f:x': {} } },
    },
  ];
  const next = await from.patch(configs, refOf(live), [
    { op: 'test', path: '/metadata/resourceVersion', value: resourceVersionOf(live) },
    { op: 'add', path: '/metadata/managedFields', value: managedFields },
  ]);
  assert.deepEqual(next.metadata.managedFields, managedFields);
  assert.deepEqual(next.data, live.data);
  await assert.rejects(
    from.patch(configs, refOf(live), [{ op: 'test', path: '/metadata/resourceVersion', value: '0' }]),
    refused(422, 'Invalid'),
  );
});

test('deleting a Deployment takes its ReplicaSets along, or leaves them as orphans', async () => {
  const owner = deployment('mesh/pilot', { metadata: { uid: 'u' } });
  for (const propagationPolicy of ['Background', 'Orphan'] as const) {
    const from = cluster(
      owner,
      replicaSet('mesh/pilot-1', { app: 'x' }, { owner: 'pilot' }),
      replicaSet('mesh/other', { app: 'x' }),
    );
    await from.delete(await resource(from, 'apps/v1', 'Deployment'), refOf(owner), { propagationPolicy });
    const left = from.snapshot();
    assert.deepEqual(
      left.map(({ metadata }) => metadata.name),
      propagationPolicy === 'Orphan' ? ['pilot-1', 'other'] : ['other'],
    );
    for (const { metadata } of left) assert.equal(metadata.ownerReferences, undefined);
  }
});

test('bodies that do not fit their request are refused', async () => {
  const from = cluster();
  const configs = await resource(from, 'v1', 'ConfigMap');
  await assert.rejects(from.apply(configs, object('v1', 'Secret', 'mesh/a')), refused(400, 'BadRequest'));
  await assert.rejects(from.apply(configs, object('v1', 'ConfigMap', 'a')), refused(400, 'BadRequest'));
  await assert.rejects(
    from.apply(configs, { ...config('a'), metadata: { ...config('a').metadata, managedFields: [] } }),
    refused(400, 'BadRequest'),
  );
});

test('the objects it was given are left as they are', async () => {
  const given = deployment('mesh/pilot');
  const frozen = structuredClone(given);
  const from = cluster(given);
  await from.apply(await resource(from, 'apps/v1', 'Deployment'), deployment('mesh/pilot', { image: 'pilot:2' }), {
    force: true,
  });
  assert.deepEqual(given, frozen);
  assert.equal(from.address, 'mesh.yaml');
  assert.ok(objectAt(from.snapshot()[0]).spec);
});
