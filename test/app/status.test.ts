import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readStatus, type StatusRequest } from '../../src/app/status.ts';
import { ApiError } from '../../src/core/errors.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { type K8sObject, refText } from '../../src/core/object.ts';
import { object } from '../objects.ts';
import { but, clusterOf } from './in-memory.ts';

const EVERYTHING: StatusRequest = { istioNamespace: 'istio-system', namespace: undefined, labelSelector: undefined };
const PILOT = { name: 'discovery', image: 'docker.io/istio/pilot:1.2.10' };
const SIDECAR = { name: 'istio-proxy', image: 'docker.io/istio/proxyv2:1.1.17', args: ['proxy', 'sidecar'] };
const GATEWAY = { ...SIDECAR, args: ['proxy', 'router'] };

/** A Deployment and a pod of it. */
function running(path: string, container: JsonObject): readonly K8sObject[] {
  const [namespace = '', name = ''] = path.split('/');
  const spec = { containers: [container] };
  return [
    object('apps/v1', 'Deployment', path, { spec: { template: { spec } } }),
    podOf(`${namespace}/${name}`, 'ReplicaSet', spec),
  ];
}

function podOf(path: string, kind: string, spec: JsonObject): K8sObject {
  const [, name = ''] = path.split('/');
  const owner = {
    apiVersion: kind === 'Job' ? 'batch/v1' : 'apps/v1',
    kind,
    name: `${name}-5d4`,
    uid: 'u',
    controller: true,
  };
  const labels = { app: name, 'pod-template-hash': '5d4' };
  return object('v1', 'Pod', `${path}-5d4-a`, { metadata: { labels, ownerReferences: [owner] }, spec });
}

const MESH = [
  ...running('istio-system/istio-pilot', PILOT),
  ...running('shop/cart', SIDECAR),
  ...running('tools/edge', GATEWAY),
];

/** A status, with the kinds that were listed for it; some of them refused. */
async function status(
  objects: readonly K8sObject[],
  {
    refused = [],
    code = 403,
    ...request
  }: Partial<StatusRequest> & { refused?: readonly string[]; code?: number } = {},
) {
  const listed: string[] = [];
  const memory = clusterOf(...objects);
  const cluster = but(memory, {
    list: (resource, query) => {
      listed.push(resource.kind);
      if (!refused.includes(resource.kind)) return memory.list(resource, query);
      throw new ApiError(`list ${resource.kind}: no`, { status: code, reason: 'No', hint: 'ask somebody' });
    },
  });
  return { ...(await readStatus({ ...EVERYTHING, ...request }, cluster)), listed };
}

test('ReplicaSets and Jobs are not listed where a Deployment explains the pods', async () => {
  const { listed, mesh } = await status(MESH);
  assert.deepEqual(
    mesh.workloads.map(({ ref }) => refText(ref)),
    ['Deployment.apps/shop/cart'],
  );
  assert.deepEqual(
    listed.filter((kind) => kind === 'ReplicaSet' || kind === 'Job'),
    [],
  );
  assert.equal(listed.filter((kind) => kind === 'Pod').length, 1);
});

test('they are listed where something is not clear, and only then', async () => {
  const spec = { containers: [SIDECAR] };
  const jobPod = podOf('shop/nightly', 'Job', spec);
  const owner = { apiVersion: 'batch/v1beta1', kind: 'CronJob', name: 'nightly', uid: 'u', controller: true };
  const job = object('batch/v1', 'Job', 'shop/nightly-5d4', {
    metadata: { ownerReferences: [owner] },
    spec: { template: { spec } },
  });
  const { listed, mesh } = await status([...MESH, job, jobPod]);
  assert.ok(listed.includes('Job') && !listed.includes('ReplicaSet'));
  assert.deepEqual(
    mesh.workloads.map(({ ref }) => refText(ref)),
    ['CronJob.batch/shop/nightly', 'Deployment.apps/shop/cart'],
  );
});

test('a namespace or a label selector narrows the data plane, never the control plane', async () => {
  const names = async (request: Partial<StatusRequest>) => {
    const { mesh } = await status(MESH, request);
    return [...mesh.components, ...mesh.gateways, ...mesh.workloads].map(({ ref }) => ref.name);
  };
  assert.deepEqual(await names({}), ['istio-pilot', 'edge', 'cart']);
  assert.deepEqual(await names({ namespace: 'shop' }), ['istio-pilot', 'cart']);
  assert.deepEqual(await names({ namespace: 'tools' }), ['istio-pilot', 'edge']);
  assert.deepEqual(await names({ labelSelector: 'app=cart' }), ['istio-pilot', 'cart']);
  assert.deepEqual(await names({ labelSelector: 'app=istio-pilot' }), ['istio-pilot']);
});

test('what may not be listed is a problem that says what to do, and the rest is told', async () => {
  const { problems, mesh } = await status(MESH, { refused: ['Deployment', 'Namespace'] });
  assert.deepEqual(
    problems.filter(({ id }) => id === 'may-not-list').map(({ message, hint }) => [message, hint]),
    [
      ['list Deployment: no', 'ask somebody, or name a namespace with -n'],
      ['list Namespace: no', 'ask somebody'],
    ],
  );
  const [cart] = mesh.workloads;
  assert.deepEqual(
    [cart && refText(cart.ref), cart?.sidecars, cart?.upgrade?.way],
    ['ReplicaSet.apps/shop/cart-5d4', 1, 'unknown'],
  );
});

test('without the right to list pods there is still the control plane that its templates tell', async () => {
  const { problems, mesh } = await status(MESH, { refused: ['Pod'] });
  assert.deepEqual(
    problems.map(({ id }) => id),
    ['may-not-list'],
  );
  assert.deepEqual(
    mesh.components.map(({ ref, pods, wanted }) => [ref.name, pods, wanted]),
    [['istio-pilot', 0, 1]],
  );
});

test('any other failure is an error', async () => {
  await assert.rejects(status(MESH, { refused: ['Pod'], code: 500 }), /list Pod: no/);
});

test('where no image tells its release, Pilot is asked, and sidecars are held against its answer', async () => {
  const pinned = { name: 'discovery', image: 'docker.io/istio/pilot@sha256:4c7f' };
  const mesh = clusterOf(
    ...running('istio-system/istio-pilot', pinned),
    ...running('shop/cart', { ...SIDECAR, image: 'docker.io/istio/proxyv2:1.2.10' }),
  );
  const silent = await readStatus(EVERYTHING, mesh);
  assert.deepEqual([silent.mesh.version, silent.mesh.workloads[0]?.isStale], [undefined, true]);
  const asked: string[] = [];
  const answering = but(mesh, {
    askService: async ({ namespace, name, port }, path) => {
      asked.push(`${namespace}/${name}:${port}${path}`);
      return 'root@x-docker.io/istio-1.2.10-abcdef1-Clean';
    },
  });
  const { mesh: told, problems } = await readStatus(EVERYTHING, answering);
  assert.deepEqual(asked, ['istio-system/istio-pilot:15014/version']);
  assert.deepEqual([told.version?.patch, told.workloads[0]?.isStale, problems], [10, false, []]);
});
