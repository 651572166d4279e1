import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { apiCluster } from '../../src/cluster/api-cluster.ts';
import { apiVersionOf } from '../../src/core/object.ts';
import { findResource, servedVersions } from '../../src/core/resources.ts';
import { clientOptions, connectionTo, type Reply, type Seen, serve, status } from './api-server.ts';

const group = (name: string, preferred: string, ...versions: readonly string[]) => ({
  name,
  versions: versions.map((version) => ({ groupVersion: `${name}/${version}`, version })),
  preferredVersion: { groupVersion: `${name}/${preferred}`, version: preferred },
});
const resources = (...list: readonly object[]): Reply => ({ body: { kind: 'APIResourceList', resources: list } });
const POD = { name: 'pods', kind: 'Pod', namespaced: true, verbs: ['get', 'list'] };
const DEPLOYMENT = { name: 'deployments', kind: 'Deployment', namespaced: true, verbs: ['get'] };

/** A server before 1.26: it knows nothing of aggregated discovery. */
const OLD: Readonly<Record<string, Reply>> = {
  '/api': { body: { kind: 'APIVersions', versions: ['v1'] } },
  '/apis': {
    body: {
      kind: 'APIGroupList',
      groups: [
        group('apps', 'v1', 'v1beta1', 'v1'),
        group('metrics.k8s.io', 'v1beta1', 'v1beta1'),
        group('gone.io', 'v1', 'v1'),
      ],
    },
  },
  '/api/v1': resources(
    POD,
    { name: 'pods/status', kind: 'Pod', namespaced: true, verbs: ['get'] },
    { name: 'nodes', kind: 'Node', verbs: [] },
  ),
  '/apis/apps/v1': resources(DEPLOYMENT),
  '/apis/apps/v1beta1': resources(DEPLOYMENT),
  '/apis/metrics.k8s.io/v1beta1': { status: 503, body: 'service unavailable' },
};

const NEW: Readonly<Record<string, Reply>> = {
  '/api': {
    body: {
      kind: 'APIGroupDiscoveryList',
      items: [{ metadata: {}, versions: [{ version: 'v1', resources: [aggregated('pods', 'Pod')] }] }],
    },
  },
  '/apis': {
    body: {
      kind: 'APIGroupDiscoveryList',
      items: [
        {
          metadata: { name: 'apps' },
          versions: [
            {
              version: 'v1',
              freshness: 'Current',
              resources: [aggregated('deployments', 'Deployment'), { resource: 'odd', scope: 'Cluster' }],
            },
            { version: 'v1beta1', resources: [aggregated('deployments', 'Deployment')] },
          ],
        },
        { metadata: { name: 'metrics.k8s.io' }, versions: [{ version: 'v1beta1', freshness: 'Stale', resources: [] }] },
      ],
    },
  },
};

function aggregated(resource: string, kind: string) {
  const subresources = [{ subresource: 'status', responseKind: { kind }, verbs: ['get'] }];
  return {
    resource,
    responseKind: { group: '', version: '', kind },
    scope: 'Namespaced',
    verbs: ['get', 'list'],
    subresources,
  };
}

async function connect(t: TestContext, answers: Readonly<Record<string, Reply>>) {
  const server = await serve(t, ({ path }: Seen) => answers[path] ?? status(404, 'NotFound', 'not found'));
  const cluster = apiCluster(connectionTo(server.url), clientOptions());
  t.after(() => cluster.close());
  return { server, cluster };
}

test('an old server is asked for each group version, and the preferred one comes first', async (t) => {
  const { cluster } = await connect(t, OLD);
  const found = await cluster.discover();
  assert.deepEqual(
    found.all.map((resource) => `${resource.kind} ${apiVersionOf(resource)} ${resource.namespaced}`),
    ['Pod v1 true', 'Node v1 false', 'Deployment apps/v1 true', 'Deployment apps/v1beta1 true'],
  );
  assert.deepEqual(
    servedVersions(found, { group: 'apps', kind: 'Deployment' }).map(({ version }) => version),
    ['v1', 'v1beta1'],
  );
  assert.deepEqual(findResource(found, 'v1', 'Pod')?.verbs, ['get', 'list']);
});

test('a group that is down hides only itself, and is soon done without', async (t) => {
  const { cluster, server } = await connect(t, OLD);
  const { failures } = await cluster.discover();
  assert.deepEqual(failures, [
    {
      groupVersion: 'metrics.k8s.io/v1beta1',
      message: 'discover /apis/metrics.k8s.io/v1beta1: 503 service unavailable',
    },
  ]);
  assert.equal(server.seen.filter(({ path }) => path.includes('metrics')).length, 4);
});

test('of an old server only the wanted groups are asked', async (t) => {
  const { cluster, server } = await connect(t, OLD);
  await cluster.discover(['', 'apps']);
  assert.deepEqual(server.seen.map(({ path }) => path).sort(), [
    '/api',
    '/api/v1',
    '/apis',
    '/apis/apps/v1',
    '/apis/apps/v1beta1',
  ]);
});

test('a server from 1.26 says everything in two answers', async (t) => {
  const { cluster, server } = await connect(t, NEW);
  const found = await cluster.discover();
  assert.deepEqual(
    found.all.map(
      (resource) => `${resource.resource} ${apiVersionOf(resource)} ${resource.namespaced} ${resource.verbs.join()}`,
    ),
    ['pods v1 true get,list', 'deployments apps/v1 true get,list', 'deployments apps/v1beta1 true get,list'],
  );
  assert.deepEqual(
    found.failures.map(({ groupVersion }) => groupVersion),
    ['metrics.k8s.io/v1beta1'],
  );
  assert.equal(server.seen.length, 2);
  assert.match(
    String(server.seen[0]?.headers.accept),
    /g=apidiscovery\.k8s\.io;v=v2;as=APIGroupDiscoveryList,.*,application\/json$/,
  );
});

test('a server that refuses to say anything is an error', async (t) => {
  const { cluster } = await connect(t, {
    '/api': status(403, 'Forbidden', 'forbidden: User "eve" cannot get path "/api"'),
  });
  await assert.rejects(cluster.discover(), { status: 403, hint: 'eve needs the right to get /api' });
});
