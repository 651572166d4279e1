import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { ListQuery } from '../../src/app/ports.ts';
import { apiCluster } from '../../src/cluster/api-cluster.ts';
import type { K8sObject } from '../../src/core/object.ts';
import type { ApiResource } from '../../src/core/resources.ts';
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

const item = (name: string) => ({ metadata: { name, namespace: 'shop', uid: `uid-${name}` } });
const page = (next: string, ...names: readonly string[]): Reply => ({
  body: { metadata: { continue: next }, items: names.map(item) },
});
const EXPIRED = status(410, 'Expired', 'the provided continue parameter is too old');

async function all(
  t: TestContext,
  reply: (seen: Seen) => Reply,
  resource: ApiResource = DEPLOYMENTS,
  query?: ListQuery,
) {
  const server = await serve(t, reply);
  const cluster = apiCluster(connectionTo(server.url), clientOptions());
  t.after(() => cluster.close());
  const objects: K8sObject[] = [];
  for await (const object of cluster.list(resource, query)) objects.push(object);
  return { objects, names: objects.map(({ metadata }) => metadata.name), seen: server.seen };
}

test('a list is read page by page, and its items say what they are', async (t) => {
  const { objects, seen } = await all(t, ({ query }) =>
    query.continue === 'n2' ? page('', 'c') : page('n2', 'a', 'b'),
  );
  assert.deepEqual(objects[0], { apiVersion: 'apps/v1', kind: 'Deployment', ...item('a') });
  assert.deepEqual(
    objects.map(({ metadata }) => metadata.name),
    ['a', 'b', 'c'],
  );
  assert.deepEqual(
    seen.map(({ path, query }) => [path, query]),
    [
      ['/apis/apps/v1/deployments', { limit: '500' }],
      ['/apis/apps/v1/deployments', { limit: '500', continue: 'n2' }],
    ],
  );
});

test('the next page is asked for while one is looked at, and nobody minds if it is not wanted any more', async (t) => {
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  const server = await serve(t, ({ query }) => {
    if (query.continue === undefined) return page('n2', 'a', 'b');
    resolve();
    return status(403, 'Forbidden', 'no');
  });
  const cluster = apiCluster(connectionTo(server.url), clientOptions());
  t.after(() => cluster.close());
  const seen: string[] = [];
  for await (const { metadata } of cluster.list(DEPLOYMENTS)) {
    await asked;
    seen.push(metadata.name);
    if (seen.length === 2) break;
  }
  assert.deepEqual(seen, ['a', 'b']);
});

test('of a page whose metadata come first the next one is asked for before it is parsed, each once and no more than one ahead', async (t) => {
  const pages = ['p2', 'p3', 'p4', ''];
  const asked: string[] = [];
  const server = await serve(t, ({ query }) => {
    const { continue: token = 'p1' } = query;
    asked.push(token);
    const next = pages[Number(token.slice(1)) - 1];
    const metadata = { resourceVersion: '1', ...(next ? { continue: next } : {}) };
    // Cut off the first time: it is asked for again, but what it was to be followed by is under way.
    const text = JSON.stringify({ kind: 'DeploymentList', apiVersion: 'apps/v1', metadata, items: [item(token)] });
    return { body: asked.length === 1 ? text.slice(0, -2) : text };
  });
  const cluster = apiCluster(connectionTo(server.url), clientOptions());
  t.after(() => cluster.close());
  const names: string[] = [];
  for await (const { metadata } of cluster.list(DEPLOYMENTS)) {
    names.push(metadata.name);
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.ok(asked.length - 1 <= names.length + 1, `${asked} were asked for while ${names} were looked at`);
  }
  assert.deepEqual(names, ['p1', 'p2', 'p3', 'p4']);
  assert.deepEqual(asked.toSorted(), ['p1', 'p1', 'p2', 'p3', 'p4']);
  assert.deepEqual(asked.slice(0, 2).toSorted(), ['p1', 'p2']);
});

test('a list that expires in the middle starts again without repeating what came', async (t) => {
  let began = 0;
  const { names, seen } = await all(t, ({ query }) => {
    if (query.continue === 'first') return EXPIRED;
    if (query.continue === 'second') return page('', 'c', 'd');
    return began++ === 0 ? page('first', 'a', 'b') : page('second', 'b', 'new');
  });
  assert.deepEqual(names, ['a', 'b', 'new', 'c', 'd']);
  assert.equal(seen.length, 4);
});

test('a list that always expires is asked for in one piece at last', async (t) => {
  const { names, seen } = await all(t, ({ query }) => {
    if (query.continue) return EXPIRED;
    return query.limit === undefined ? page('', 'a', 'b', 'c') : page('n', 'a');
  });
  assert.deepEqual(names, ['a', 'b', 'c']);
  assert.equal(seen.length, 7);
});

test('any other refusal ends the list', async (t) => {
  const denied = status(403, 'Forbidden', 'no');
  await assert.rejects(
    all(t, ({ query }) => (query.continue ? denied : page('n', 'a'))),
    { status: 403 },
  );
  await assert.rejects(
    all(t, () => EXPIRED),
    { status: 410 },
  );
});

test('namespace and selectors go into the request, the namespace only where there are any', async (t) => {
  const query = { namespace: 'shop', labelSelector: 'app in (a,b)', fieldSelector: 'metadata.name=x' };
  const { seen } = await all(t, () => page(''), DEPLOYMENTS, query);
  assert.equal(seen[0]?.path, '/apis/apps/v1/namespaces/shop/deployments');
  assert.deepEqual(seen[0]?.query, { limit: '500', labelSelector: 'app in (a,b)', fieldSelector: 'metadata.name=x' });
  const roles = await all(t, () => page(''), CLUSTER_ROLES, { namespace: 'shop' });
  assert.equal(roles.seen[0]?.path, '/apis/rbac.authorization.k8s.io/v1/clusterroles');
});

test('where metadata is enough nothing else is taken, even of a server that answers with whole objects', async (t) => {
  const secret = {
    ...item('a'),
    kind: 'PartialObjectMetadata',
    apiVersion: 'meta.k8s.io/v1',
    data: { key: 'c2VjcmV0' },
  };
  const { objects, seen } = await all(t, () => ({ body: { metadata: {}, items: [secret] } }), DEPLOYMENTS, {
    isMetadataOnly: true,
  });
  assert.deepEqual(objects, [{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: item('a').metadata }]);
  assert.match(String(seen[0]?.headers.accept), /as=PartialObjectMetadataList/);
});
