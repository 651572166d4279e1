import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Interrupted } from '../../src/app/interrupted.ts';
import type { Cluster } from '../../src/app/ports.ts';
import { ApiError, EXIT, UpgradeErrors } from '../../src/core/errors.ts';
import { listAt, valueAt } from '../../src/core/json.ts';
import { type K8sObject, refOf } from '../../src/core/object.ts';
import { RESTART_MARK, restartMarkOf } from '../../src/mesh/restart-mark.ts';
import { object } from '../objects.ts';
import { but, clusterOf, fakeClock, liveIn } from './in-memory.ts';
import { controlPlane, planDataPlane, restartsOf, runDataPlane, workload } from './sidecar-mesh.ts';

const named = (name: string): K8sObject => object('apps/v1', 'Deployment', name);

/** Deployments that their controller does not finish rolling out once they are marked, as long as `isStuck` says so. */
function stuck(inner: Cluster, isStuck: (name: string) => boolean): Cluster {
  return but(inner, {
    get: async (resource, ref) => {
      const live = await inner.get(resource, ref);
      const waits = live?.kind === 'Deployment' && restartMarkOf(live) !== undefined && isStuck(ref.name);
      return waits ? { ...live, status: { observedGeneration: 99 } } : live;
    },
  });
}

function messages(error: unknown): readonly string[] {
  assert.ok(error instanceof UpgradeErrors, String(error));
  return error.errors.map(({ message }) => message);
}

test('stale workloads are restarted one after the other, waited for, and their pods are checked; a second plan is empty', async () => {
  const cluster = clusterOf(
    ...controlPlane(),
    ...workload('shop/cart'),
    ...workload('shop/pay'),
    ...workload('shop/new', { release: '1.2.10' }),
  );
  const plan = await planDataPlane(cluster);
  assert.deepEqual(restartsOf(plan), ['Deployment.apps/shop/cart', 'Deployment.apps/shop/pay']);
  const { told, error } = await runDataPlane(plan, cluster);
  assert.equal(error, undefined);
  assert.deepEqual(told, [
    'phase-started',
    'change-started cart',
    'change-done cart',
    'sidecars-checked cart',
    'change-started pay',
    'change-done pay',
    'sidecars-checked pay',
    'phase-done',
    'verified',
  ]);
  const again = await planDataPlane(cluster);
  assert.deepEqual([again.changes, again.dataPlane], [[], { restarts: [], leftAlone: [] }]);
});

test('a restart changes one annotation, and nobody loses a field', async () => {
  const [live, ...pods] = workload('shop/cart');
  assert.ok(live);
  const owner = {
    manager: 'kubectl',
    operation: 'Update',
    apiVersion: 'apps/v1',
    fieldsType: 'FieldsV1',
    fieldsV1: { 'f:spec': { 'f:replicas': {} } },
  };
  const owned = { ...live, metadata: { ...live.metadata, managedFields: [owner] } };
  const cluster = clusterOf(...controlPlane(), owned, ...pods);
  const before = await liveIn(cluster, live);
  await runDataPlane(await planDataPlane(cluster), cluster);
  const after = await liveIn(cluster, live);
  assert.ok(before && after);
  assert.deepEqual(valueAt(after, 'spec', 'template', 'metadata', 'annotations'), { [RESTART_MARK]: '1.2.10' });
  assert.deepEqual(valueAt(after, 'spec', 'template', 'spec'), valueAt(before, 'spec', 'template', 'spec'));
  assert.equal(after.metadata.generation, 2);
  const theirs = listAt(after.metadata.managedFields).filter((entry) => valueAt(entry, 'manager') === 'kubectl');
  assert.deepEqual(theirs, [owner]);
});

test("the record of what its owner applied does not get the mark: applying the owner's file again restarts nothing", async () => {
  const [live, ...pods] = workload('shop/cart');
  assert.ok(live);
  const record = { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(live) };
  const cluster = clusterOf(
    ...controlPlane(),
    { ...live, metadata: { ...live.metadata, annotations: record } },
    ...pods,
  );
  await runDataPlane(await planDataPlane(cluster), cluster);
  const after = await liveIn(cluster, live);
  assert.equal(after && restartMarkOf(after), '1.2.10');
  assert.deepEqual(after?.metadata.annotations, record);
});

test('namespaces side by side, and as many of one as are allowed', async () => {
  const mesh = ['shop/a', 'shop/b', 'shop/c', 'bank/d'].flatMap((path) => workload(path));
  for (const maxParallel of [1, 2]) {
    const cluster = clusterOf(...controlPlane(), ...mesh);
    const under: string[] = [];
    let peak = 0;
    const { error } = await runDataPlane(await planDataPlane(cluster), cluster, {
      maxParallel,
      each: (event) => {
        if (event.event === 'change-started') under.push(event.change.ref.namespace);
        peak = Math.max(peak, under.filter((namespace) => namespace === 'shop').length);
        if (event.event === 'sidecars-checked') under.splice(under.indexOf(event.ref.namespace), 1);
      },
    });
    assert.equal(error, undefined);
    assert.equal(peak, maxParallel);
  }
});

test('one that does not become ready stops the rest and is named with its container; then only what is left is done', async () => {
  const inner = clusterOf(...controlPlane(), ...['shop/a', 'shop/b', 'shop/c'].flatMap((path) => workload(path)));
  const broken = stuck(inner, (name) => name === 'b');
  const cluster = but(broken, {
    list: async function* (resource, query) {
      for await (const one of inner.list(resource, query))
        yield one.kind === 'Pod' && one.metadata.name === 'b-0' ? crashing(one) : one;
    },
  });
  const { told, error } = await runDataPlane(await planDataPlane(inner), cluster);
  const [first = '', rest = ''] = messages(error);
  assert.match(
    first,
    /Deployment.apps\/shop\/b: 0 of 2 new pods created; pod b-0, container istio-proxy: CrashLoopBackOff \(back-off; exit code 255\)/,
  );
  assert.equal(rest, 'stopped: still to be upgraded are Deployment.apps/shop/b, Deployment.apps/shop/c');
  assert.ok(told.includes('sidecars-checked a') && !told.includes('change-started c'));

  const again = await planDataPlane(inner);
  assert.deepEqual(restartsOf(again), ['Deployment.apps/shop/c']);
});

test('many workloads are read by a list, few one by one, and without the right to list them all one by one', async () => {
  const some = (count: number, release: string) =>
    Array.from({ length: count }, (_, index) => `shop/of-${release}-${index}`).flatMap((path) =>
      workload(path, { replicas: 1, release }),
    );
  const reads = async (objects: readonly K8sObject[], { mayListTwice = true, ...asked }: Asked = {}) => {
    const inner = clusterOf(...controlPlane(), ...objects);
    const counts = { lists: 0, single: 0 };
    const counting = but(inner, {
      list: (resource, query) => {
        if (resource.kind !== 'Deployment' || query?.namespace !== undefined) return inner.list(resource, query);
        counts.lists += 1;
        if (counts.lists > 1 && !mayListTwice) throw new ApiError('forbidden', { status: 403, reason: 'Forbidden' });
        return inner.list(resource, query);
      },
      get: (resource, ref) => {
        if (resource.kind === 'Deployment') counts.single += 1;
        return inner.get(resource, ref);
      },
    });
    const plan = await planDataPlane(counting, asked);
    return {
      ...counts,
      restarts: restartsOf(plan).length,
      unread: plan.problems.filter(({ id }) => id === 'may-not-list').length,
    };
  };
  const stale = some(30, '1.1.17');
  assert.deepEqual(await reads(stale), { restarts: 30, lists: 2, single: 0, unread: 0 });
  assert.deepEqual(await reads(stale, { mayListTwice: false }), { restarts: 30, lists: 2, single: 30, unread: 0 });
  assert.deepEqual(await reads(some(20, '1.1.17')), { restarts: 20, lists: 1, single: 20, unread: 0 }, 'few');
  const fewOfMany = await reads([...stale, ...some(300, '1.2.10')]);
  assert.deepEqual(fewOfMany, { restarts: 30, lists: 1, single: 30, unread: 0 });
  const selected = await reads(stale, { labelSelector: 'app' });
  assert.deepEqual([selected.restarts, selected.single], [30, 30], 'who knows how many others there are');
});

interface Asked {
  readonly mayListTwice?: boolean;
  readonly labelSelector?: string;
}

function crashing(pod: K8sObject): K8sObject {
  const waiting = { reason: 'CrashLoopBackOff', message: 'back-off' };
  const state = { name: 'istio-proxy', state: { waiting }, lastState: { terminated: { exitCode: 255 } } };
  return { ...pod, status: { conditions: [{ type: 'Ready', status: 'False' }], containerStatuses: [state] } };
}

test('what an earlier run began is waited for and checked, and not written again', async () => {
  const inner = clusterOf(...controlPlane(), ...workload('shop/cart'));
  const clock = fakeClock();
  let isReady = false;
  const cluster = stuck(inner, () => !isReady);
  // A rollout in the middle: marked, and some pods are old still.
  const [live] = workload('shop/cart');
  assert.ok(live);
  const [resource] = (await inner.discover()).all.filter(({ kind }) => kind === 'Deployment');
  assert.ok(resource);
  const old = (await inner.list(resource, { namespace: 'shop' })[Symbol.asyncIterator]().next()).value;
  await inner.patch(resource, refOf(live), [
    { op: 'add', path: '/spec/template/metadata/annotations', value: { [RESTART_MARK]: '1.2.10' } },
  ]);
  assert.ok(old);
  const half = but(cluster, {
    list: async function* (kind, query) {
      for await (const one of inner.list(kind, query))
        yield one.metadata.name === 'cart-1' && !isReady ? oldSidecar(one) : one;
    },
  });
  const plan = await planDataPlane(half);
  assert.deepEqual(plan.changes, []);
  assert.deepEqual(
    plan.dataPlane?.restarts.map(({ isBegun }) => isBegun),
    [true],
  );
  clock.at(1000, () => {
    isReady = true;
  });
  const { told, error } = await runDataPlane(plan, half, { clock });
  assert.equal(error, undefined);
  assert.deepEqual(
    told.filter((event) => !event.startsWith('waiting')),
    ['phase-started', 'ready cart', 'sidecars-checked cart', 'phase-done', 'verified'],
  );
});

function oldSidecar(pod: K8sObject): K8sObject {
  return { ...pod, spec: { containers: [{ name: 'istio-proxy', image: 'docker.io/istio/proxyv2:1.1.17' }] } };
}

test('new pods without the new sidecar are a failure that names pod and image', async () => {
  const inner = clusterOf(...controlPlane(), ...workload('shop/cart'));
  const cluster = (change: (pod: K8sObject) => K8sObject) =>
    but(inner, {
      list: async function* (resource, query) {
        for await (const one of inner.list(resource, query)) yield one.kind === 'Pod' ? change(one) : one;
      },
    });
  const plan = await planDataPlane(inner);
  const old = await runDataPlane(plan, cluster(oldSidecar));
  assert.match(
    messages(old.error)[0] ?? '',
    /pod cart-0, container istio-proxy: image docker.io\/istio\/proxyv2:1.1.17 is not of Istio 1.2.10/,
  );
  const marked = await planDataPlane(cluster(oldSidecar));
  assert.deepEqual(
    marked.changes.map((change) => change.op === 'update' && restartMarkOf(change.after)),
    ['1.2.10+2'],
  );
  const none = await runDataPlane(
    marked,
    cluster((pod) => ({ ...pod, spec: { containers: [{ name: 'app' }] } })),
  );
  assert.match(messages(none.error)[0] ?? '', /pod cart-0 has no container istio-proxy/);
});

test('nothing is restarted while the injector has no endpoint, nor under a control plane that moved', async () => {
  const [pilot] = controlPlane('1.1.17');
  assert.ok(pilot);
  const inner = clusterOf(...controlPlane(), ...workload('shop/cart'));
  const plan = await planDataPlane(inner);
  const without = but(inner, {
    get: async (resource, ref) => (resource.kind === 'Endpoints' ? undefined : inner.get(resource, ref)),
  });
  const unreachable = await runDataPlane(plan, without);
  assert.match(messages(unreachable.error)[0] ?? '', /the injector has no ready endpoint within 10s/);
  const moved = but(inner, {
    list: async function* (resource, query) {
      for await (const one of inner.list(resource, query)) yield one.metadata.name === 'istio-pilot' ? pilot : one;
    },
  });
  const older = await runDataPlane(plan, moved);
  assert.match(messages(older.error)[0] ?? '', /istio-pilot is of Istio 1.1.17 by now, not of 1.2.10/);
  const cart = await liveIn(inner, named('shop/cart'));
  assert.equal(cart && restartMarkOf(cart), undefined);
});

test('an injector without an endpoint is waited for, and told when it has one', async () => {
  const inner = clusterOf(...controlPlane(), ...workload('shop/cart'));
  const clock = fakeClock();
  let isThere = false;
  clock.at(1000, () => {
    isThere = true;
  });
  const late = but(inner, {
    get: async (resource, ref) => {
      const live = await inner.get(resource, ref);
      return resource.kind === 'Endpoints' && !isThere ? undefined : live;
    },
  });
  const { told, error } = await runDataPlane(await planDataPlane(inner), late, { clock });
  assert.equal(error, undefined);
  assert.deepEqual(told.slice(1, 3), [
    'waiting: istio-sidecar-injector: the injector has no ready endpoint',
    'ready istio-sidecar-injector',
  ]);
});

test('an interrupted run begins nothing more and says what goes on by itself', async () => {
  const inner = clusterOf(...controlPlane(), ...workload('shop/a'), ...workload('shop/b'));
  const controller = new AbortController();
  const clock = fakeClock();
  clock.at(1000, () => controller.abort());
  const plan = await planDataPlane(inner);
  const { told, error } = await runDataPlane(
    plan,
    stuck(inner, () => true),
    { clock, signal: controller.signal },
  );
  assert.ok(error instanceof Interrupted);
  assert.equal(error.exit, EXIT.interrupted);
  assert.match(
    error.message,
    /0 of 2 workloads are done; begun, and going on by themselves: Deployment.apps\/shop\/a$/,
  );
  assert.ok(!told.includes('change-started b'));
});

test('a rollout that ends while the plan is made is not begun once more', async () => {
  const inner = clusterOf(...controlPlane(), ...workload('shop/cart'));
  await runDataPlane(await planDataPlane(inner), inner);
  let looks = 0;
  const ending = but(inner, {
    list: async function* (resource, query) {
      const isFirst = resource.kind === 'Pod' && looks === 0;
      if (resource.kind === 'Pod' && query?.namespace === undefined) looks += 1;
      for await (const one of inner.list(resource, query))
        yield isFirst && one.metadata.namespace === 'shop' ? oldSidecar(one) : one;
    },
  });
  const plan = await planDataPlane(ending);
  assert.equal(looks, 1);
  assert.deepEqual([plan.changes, plan.dataPlane?.restarts], [[], []]);
});

test('who may not list pods is not told that there is nothing to do', async () => {
  const inner = clusterOf(...controlPlane(), ...workload('shop/cart'));
  const forbidden = but(inner, {
    list: async function* (resource, query) {
      if (resource.kind === 'Pod') throw new ApiError('list Pod: forbidden', { status: 403, reason: 'Forbidden' });
      yield* inner.list(resource, query);
    },
  });
  const { problems } = await planDataPlane(forbidden);
  assert.ok(problems.some(({ id, severity }) => id === 'workloads-unknown' && severity === 'blocker'));
  assert.ok((await planDataPlane(inner)).problems.every(({ id }) => id !== 'workloads-unknown'));
});
