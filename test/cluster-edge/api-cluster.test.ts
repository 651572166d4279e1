import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { apiCluster } from '../../src/cluster/api-cluster.ts';
import { ApiError, UpgradeError } from '../../src/core/errors.ts';
import type { K8sObject } from '../../src/core/object.ts';
import {
  CLUSTER_ROLES,
  clientOptions,
  connectionTo,
  DEPLOYMENTS,
  type Reply,
  type Seen,
  serve,
  status,
} from './api-server.ts';

const PILOT: K8sObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'istio-pilot', namespace: 'istio-system' },
};
const PATH = '/apis/apps/v1/namespaces/istio-system/deployments/istio-pilot';
const REF = { namespace: 'istio-system', name: 'istio-pilot' };

async function connect(t: TestContext, reply: (seen: Seen) => Reply) {
  const server = await serve(t, reply);
  const cluster = apiCluster(connectionTo(server.url), clientOptions());
  t.after(() => cluster.close());
  return { server, cluster };
}

test('server-side apply sends the object under our field manager', async (t) => {
  const { server, cluster } = await connect(t, () => ({ body: PILOT }));
  assert.deepEqual(await cluster.apply(DEPLOYMENTS, PILOT, { force: true, dryRun: true }), PILOT);
  await cluster.apply(DEPLOYMENTS, PILOT);
  const [tried, applied] = server.seen;
  assert.deepEqual([tried?.method, tried?.path], ['PATCH', PATH]);
  assert.deepEqual(tried?.query, { fieldManager: 'istio-upgrade', force: 'true', dryRun: 'All' });
  assert.deepEqual(applied?.query, { fieldManager: 'istio-upgrade' });
  assert.equal(applied?.headers['content-type'], 'application/apply-patch+yaml');
  assert.deepEqual(JSON.parse(applied?.body ?? ''), PILOT);
});

test('an update replaces, a patch is a JSON patch', async (t) => {
  const { server, cluster } = await connect(t, () => ({ body: PILOT }));
  await cluster.update(DEPLOYMENTS, PILOT);
  await cluster.patch(DEPLOYMENTS, REF, [{ op: 'remove', path: '/metadata/labels' }]);
  const [updated, patched] = server.seen;
  assert.deepEqual([updated?.method, updated?.path, updated?.query], ['PUT', PATH, { fieldManager: 'istio-upgrade' }]);
  assert.deepEqual(JSON.parse(updated?.body ?? ''), PILOT);
  assert.deepEqual(
    [patched?.method, patched?.path, patched?.query],
    ['PATCH', PATH, { fieldManager: 'istio-upgrade' }],
  );
  assert.equal(patched?.headers['content-type'], 'application/json-patch+json');
  assert.deepEqual(JSON.parse(patched?.body ?? ''), [{ op: 'remove', path: '/metadata/labels' }]);
});

test('a deletion carries its preconditions', async (t) => {
  const { server, cluster } = await connect(t, () => ({ body: { kind: 'Status', status: 'Success' } }));
  await cluster.delete(DEPLOYMENTS, REF, { propagationPolicy: 'Orphan', uid: 'u', resourceVersion: '7' });
  await cluster.delete(DEPLOYMENTS, REF);
  assert.deepEqual([server.seen[0]?.method, server.seen[0]?.path], ['DELETE', PATH]);
  const bodies = server.seen.map(({ body }) => JSON.parse(body));
  const options = { apiVersion: 'v1', kind: 'DeleteOptions' };
  assert.deepEqual(bodies, [
    { ...options, propagationPolicy: 'Orphan', preconditions: { uid: 'u', resourceVersion: '7' } },
    options,
  ]);
});

test('an object that is not there is undefined, a kind that is not served is an error', async (t) => {
  const missing = await connect(t, () => status(404, 'NotFound', 'deployments.apps "istio-pilot" not found'));
  assert.equal(await missing.cluster.get(DEPLOYMENTS, REF), undefined);
  const unserved = await connect(t, () => ({
    status: 404,
    headers: { 'Content-Type': 'text/plain' },
    body: '404 page not found\n',
  }));
  await assert.rejects(unserved.cluster.get(DEPLOYMENTS, REF), {
    message: 'get Deployment.apps/istio-system/istio-pilot: 404 page not found',
    status: 404,
  });
});

test('names are escaped in paths, and cluster-scoped objects have no namespace', async (t) => {
  const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'system:a/b' } };
  const { server, cluster } = await connect(t, () => ({ body: role }));
  assert.deepEqual(await cluster.get(CLUSTER_ROLES, { namespace: 'ignored', name: 'system:a/b' }), role);
  assert.equal(server.seen[0]?.path, '/apis/rbac.authorization.k8s.io/v1/clusterroles/system%3Aa%2Fb');
});

test('a refusal says what was asked, who may not, and what is missing', async (t) => {
  const message =
    'deployments.apps "istio-pilot" is forbidden: User "eve" cannot patch resource "deployments" in API group "apps" in the namespace "istio-system"';
  const { cluster } = await connect(t, () => status(403, 'Forbidden', message));
  await assert.rejects(cluster.apply(DEPLOYMENTS, PILOT, { dryRun: true }), {
    message: `dry-run apply Deployment.apps/istio-system/istio-pilot: forbidden: ${message.slice(message.indexOf('User'))}`,
    hint: 'eve needs the right to patch deployments.apps in namespace istio-system',
    reason: 'Forbidden',
  });
});

test('a field conflict keeps its causes', async (t) => {
  const causes = [{ reason: 'FieldManagerConflict', message: 'conflict with "helm"', field: '.spec.replicas' }];
  const { cluster } = await connect(t, () => status(409, 'Conflict', 'Apply failed with 1 conflict', { causes }));
  await assert.rejects(cluster.apply(DEPLOYMENTS, PILOT), (error: unknown) => {
    assert.ok(error instanceof ApiError);
    assert.deepEqual(error.causes, causes);
    assert.equal(
      error.message,
      'apply Deployment.apps/istio-system/istio-pilot: conflict: Apply failed with 1 conflict',
    );
    return error.isFieldConflict;
  });
});

test('a write whose answer is lost says that it may have been made, and is sent once', async (t) => {
  const { server, cluster } = await connect(t, () => ({ body: PILOT, cut: 'middle' }));
  await assert.rejects(cluster.update(DEPLOYMENTS, PILOT), (error: unknown) => {
    assert.ok(error instanceof UpgradeError);
    return /update Deployment\.apps\/istio-system\/istio-pilot: .*whether the change was made is not known/.test(
      error.message,
    );
  });
  assert.equal(server.seen.length, 1);
});

test('a dry-run and a server-side apply whose answer is lost are sent again', async (t) => {
  let cuts = 0;
  const { server, cluster } = await connect(t, () => ({ body: PILOT, ...(cuts++ % 2 === 0 ? { cut: 'before' } : {}) }));
  await cluster.apply(DEPLOYMENTS, PILOT);
  await cluster.update(DEPLOYMENTS, PILOT, { dryRun: true });
  assert.equal(server.seen.length, 4);
  assert.equal(server.seen[3]?.query.dryRun, 'All');
});

test('any request waits when the server says that it has too much to do', async (t) => {
  let count = 0;
  const { server, cluster } = await connect(t, () =>
    count++ === 0
      ? { ...status(429, 'TooManyRequests', 'slow down'), headers: { 'Retry-After': '1' } }
      : { body: PILOT },
  );
  await cluster.patch(DEPLOYMENTS, REF, []);
  assert.equal(server.seen.length, 2);
});

const POD: K8sObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'cart-1', namespace: 'shop', uid: 'u-1' } };

test('an eviction names the pod and its uid, in the version that the server takes', async (t) => {
  for (const [version, apiVersion] of [
    ['v1.20.2', 'policy/v1beta1'],
    ['v1.25.0', 'policy/v1'],
  ] as const) {
    const { server, cluster } = await connect(t, ({ path }) => ({
      body: path === '/version' ? { gitVersion: version } : { kind: 'Status', status: 'Success' },
    }));
    await cluster.evict(POD);
    const sent = server.seen.at(-1);
    assert.deepEqual([sent?.method, sent?.path], ['POST', '/api/v1/namespaces/shop/pods/cart-1/eviction']);
    assert.deepEqual(JSON.parse(sent?.body ?? ''), {
      apiVersion,
      kind: 'Eviction',
      metadata: { namespace: 'shop', name: 'cart-1' },
      deleteOptions: { preconditions: { uid: 'u-1' } },
    });
  }
});

test('an eviction that a budget forbids is an answer, and is not sent again', async (t) => {
  const { server, cluster } = await connect(t, ({ path }) =>
    path === '/version'
      ? { body: { gitVersion: 'v1.20.2' } }
      : status(429, 'TooManyRequests', 'the budget needs 2 healthy pods'),
  );
  await assert.rejects(cluster.evict(POD), { status: 429 });
  assert.equal(server.seen.filter(({ method }) => method === 'POST').length, 1);
});

test('a Service is asked by way of the API server; one that does not answer, or may not be asked, says nothing', async (t) => {
  const pilot = { namespace: 'istio-system', name: 'istio-pilot', port: 15014 };
  const { server, cluster } = await connect(t, () => ({ body: 'root@x-docker.io/istio-1.1.17-6929bb3-Clean' }));
  assert.match((await cluster.askService(pilot, '/version')) ?? '', /1\.1\.17/);
  assert.deepEqual(
    server.seen.map(({ method, path }) => `${method} ${path}`),
    ['GET /api/v1/namespaces/istio-system/services/http%3Aistio-pilot%3A15014/proxy/version'],
  );
  for (const code of [403, 404, 503]) {
    const silent = await connect(t, () => status(code, 'No', 'no endpoints available'));
    assert.equal(await silent.cluster.askService(pilot, '/version'), undefined);
    assert.equal(silent.server.seen.length, 1, 'it is asked once');
  }
});

const RIGHT = { verb: 'patch', group: 'apps', resource: 'deployments', namespace: 'istio-system', name: 'istio-pilot' };

test('a right is asked for by a review of the own access', async (t) => {
  const { server, cluster } = await connect(t, () => ({ status: 201, body: { status: { allowed: true } } }));
  assert.equal(await cluster.allows(RIGHT), true);
  const [seen] = server.seen;
  assert.deepEqual([seen?.method, seen?.path], ['POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews']);
  assert.deepEqual(JSON.parse(seen?.body ?? ''), {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes: RIGHT },
  });
});

test('a review is asked again where the answer is lost: it changes nothing', async (t) => {
  const { server, cluster } = await connect(t, () =>
    server.seen.length === 1 ? { cut: 'before' } : { body: { status: { allowed: false } } },
  );
  assert.equal(await cluster.allows(RIGHT), false);
  assert.equal(server.seen.length, 2);
});

for (const [what, reply] of [
  ['the review itself is refused', status(403, 'Forbidden', 'no reviews')],
  ['reviews are not served', { status: 404, body: '404 page not found' }],
  ['the authorizer was in trouble', { body: { status: { allowed: false, evaluationError: 'no answer' } } }],
] as const)
  test(`where ${what}, nothing is said about the right`, async (t) => {
    const { cluster } = await connect(t, () => reply);
    assert.equal(await cluster.allows(RIGHT), undefined);
  });
