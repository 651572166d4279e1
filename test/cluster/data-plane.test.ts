import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { listAt, objectAt, valueAt } from '../../src/core/json.ts';
import { type K8sObject, refOf, refText } from '../../src/core/object.ts';
import { type Ran, run, type Surroundings } from '../cli/run.ts';
import { clusterTests } from './harness/binaries.ts';
import type { TestCluster } from './harness/cluster.ts';
import { startControlPlane } from './harness/control-plane.ts';
import { type DataPlaneState, dataPlaneState, isPodOf, sidecarOf } from './harness/data-plane-state.ts';
import { NAMESPACES } from './harness/data-plane-workloads.ts';
import { type EndpointsWatch, watchEndpoints } from './harness/endpoints.ts';
import type { SavedState } from './harness/etcd.ts';
import { type Injector, startInjector } from './harness/injector-webhook.ts';
import { type StandInKubelet, standInKubelet } from './harness/kubelet.ts';
import { isOwnedByJob, type Readiness } from './harness/pod-status.ts';
import { watchReadyPods } from './harness/ready-pods.ts';
import { isUpdated } from './harness/rollout.ts';
import { watchRollouts } from './harness/rollout-log.ts';
import { type DataPlane, isServedBySeveral, seedDataPlane } from './harness/seed-data-plane.ts';
import { moveControlPlane, movePart } from './harness/small-istio.ts';
import { eventually } from './harness/waiting.ts';
import { watchObjects } from './harness/watch.ts';

const OLD = '1.1.17';
const NEW = '1.2.0';
const ISTIO_SYSTEM = 'istio-system';

/** Jobs run on and on; everything else is ready. */
const WELL = (pod: K8sObject): Readiness => !isOwnedByJob(pod);
const NO_IMAGE = { container: 'istio-proxy', reason: 'ImagePullBackOff', message: 'no such image' } as const;

clusterTests('the data plane, from 1.1.17 to 1.2.0', () => {
  let cluster: TestCluster;
  let kubelet: StandInKubelet;
  let injector: Injector;
  let mesh: DataPlane;
  let upgraded: SavedState;

  before(async () => {
    cluster = await startControlPlane();
    kubelet = await standInKubelet(cluster, { nodes: 3 });
    kubelet.readiness = WELL;
    injector = await startInjector(cluster, OLD);
    mesh = await seedDataPlane(cluster, injector);
    injector.version = NEW;
    await moveControlPlane(cluster, NEW);
    upgraded = await cluster.saveState();
  });
  after(() => cluster?.stop());
  beforeEach(async () => {
    injector.version = NEW;
    kubelet.readiness = WELL;
    await cluster.restoreState(upgraded);
  });

  const everything = (): readonly K8sObject[] => [...mesh.moved, ...mesh.leftAlone, ...mesh.withoutSidecar];
  const state = (): Promise<DataPlaneState> => dataPlaneState(cluster, everything());
  const dataPlane = (command: 'plan' | 'apply', flags: readonly string[], more: Surroundings = {}): Promise<Ran> =>
    run([command, '--phase', 'data-plane', ...flags], { ...more, env: { KUBECONFIG: cluster.kubeconfig() } });
  const apply = (...flags: readonly string[]): Promise<Ran> => dataPlane('apply', ['--yes', ...flags]);

  test('the mesh of this test: its sidecars are old, and a restart by hand brings the new one, once', async () => {
    const before = await state();
    for (const [objects, version] of [
      [mesh.moved, OLD],
      [mesh.leftAlone, OLD],
      [mesh.withoutSidecar, 'none'],
    ] as const) {
      for (const object of objects) assert.deepEqual(before.sidecars.get(key(object)), [version], key(object));
    }
    assert.equal(mesh.moved.length, 40);
    assert.deepEqual(new Set(mesh.moved.map(({ metadata }) => metadata.namespace)), new Set(NAMESPACES));
    const rollouts = await watchRollouts(cluster);
    const endpoints = await watchAll();
    const restarted = mesh.moved.filter(isInShop);
    for (const { kind, metadata } of restarted) {
      const ran = await cluster.kubectl(['-n', 'shop', 'rollout', 'restart', `${kind}/${metadata.name}`]);
      assert.equal(ran.code, 0, ran.stderr);
    }
    await Promise.all(restarted.map(updated));
    assertMoved(await state(), before, { moved: restarted });
    assert.deepEqual(await outages(endpoints), []);
    const peaks = rollouts.stop();
    assert.ok((peaks.get('shop') ?? 0) > 1, 'rollouts at the same time are seen');
    assert.equal(peaks.get('pay'), 0);
  });

  test('40 workloads in 6 namespaces are moved, three at a time, without an outage, and once', async () => {
    const planned = await dataPlane('plan', ['-A', '-o', 'name']);
    assert.equal(planned.exit, 0, planned.err);
    assert.deepEqual(planned.out.trim().split('\n').sort(), mesh.moved.map(key).sort());
    const text = await dataPlane('plan', ['-A', '--quiet']);
    for (const object of mesh.leftAlone) assert.ok(text.out.includes(key(object)), `${key(object)} is named`);
    for (const object of mesh.withoutSidecar) assert.ok(!text.out.includes(key(object)), key(object));

    const before = await state();
    const rollouts = await watchRollouts(cluster);
    const endpoints = await watchAll();
    const applied = await apply('-A', '--max-parallel', '3', '--timeout', '60s');
    assert.equal(applied.exit, 0, applied.out + applied.err);
    assert.deepEqual(await outages(endpoints), []);
    const peaks = rollouts.stop();
    for (const namespace of NAMESPACES)
      assert.ok((peaks.get(namespace) ?? 0) <= 3, `${namespace}: ${peaks.get(namespace)} at a time`);
    assert.equal(Math.max(...peaks.values()), 3);
    assertMoved(await state(), before, { moved: mesh.moved });

    const again = await dataPlane('plan', ['-A', '--detailed-exitcode']);
    assert.match(again.out, /^nothing to do/m);
    assert.equal(again.exit, 0);
  });

  test('only what is selected is planned', async () => {
    const planned = await dataPlane('plan', ['-n', 'shop', '-l', 'app in (deployment-6,deployment-1)', '-o', 'name']);
    assert.equal(planned.out, 'Deployment.apps/shop/deployment-6\n', planned.err);
  });

  // As many as may roll at a time in one namespace: nothing else there can have been started when the first of them gives up.
  for (const [names, flags] of [
    [
      ['catalog/deployment-1', 'catalog/deployment-13', 'catalog/daemonset-25'],
      ['-A', '--max-parallel', '3'],
    ],
    [['infra/statefulset-2'], ['-n', 'infra']],
    [['shop/daemonset-30'], ['-n', 'shop']],
  ] as const) {
    test(`new pods of ${names.join(', ')} never become ready: that stops the run, and after the fix only the rest is touched`, async () => {
      const broken = mesh.moved.filter((object) => names.some((name) => key(object).endsWith(`/${name}`)));
      const selected = mesh.moved.filter((object) => flags[0] === '-A' || object.metadata.namespace === flags[1]);
      const before = await state();
      const endpoints = await watchAll();
      const isBroken = (pod: K8sObject): boolean => broken.some((object) => isPodOf(pod, object));
      kubelet.readiness = (pod) => (isBroken(pod) && sidecarOf(pod) === NEW ? NO_IMAGE : WELL(pod));
      const failed = await apply(...flags, '--timeout', '6s');
      assert.equal(failed.exit, 1, failed.out + failed.err);
      const errors = failed.err.slice(failed.err.indexOf('error: '));
      for (const { metadata } of broken)
        assert.match(errors, new RegExp(`${metadata.name}: .*container istio-proxy: ImagePullBackOff`));
      const between = await state();
      const touched = selected.filter((object) => isTouched(object, between, before));
      const done = touched.filter((object) => !broken.includes(object));
      assert.equal(touched.length, done.length + names.length);
      assert.ok(touched.length < selected.length, 'nothing new was started');
      for (const object of done) assert.deepEqual(between.sidecars.get(key(object)), [NEW], key(object));

      kubelet.readiness = WELL;
      const applied = await apply(...flags, '--timeout', '60s');
      assert.equal(applied.exit, 0, applied.out + applied.err);
      const now = await state();
      assertMoved(now, before, { moved: selected });
      for (const object of done) {
        assert.deepEqual(now.pods.get(key(object)), between.pods.get(key(object)), `${key(object)} was left alone`);
      }
      assert.deepEqual(await outages(endpoints), []);
    });
  }

  for (const [what, version] of [
    ['the old sidecar', OLD],
    ['no sidecar', undefined],
  ] as const) {
    test(`new pods with ${what} stop the run at the first workload`, async () => {
      const before = await state();
      injector.version = version;
      const failed = await apply('-n', 'shop', '--timeout', '20s');
      assert.equal(failed.exit, 1, failed.out + failed.err);
      const now = await state();
      const touched = mesh.moved.filter(
        (object) => now.generations.get(key(object)) !== before.generations.get(key(object)),
      );
      assert.equal(touched.length, 1);
      for (const object of touched) assert.ok(failed.err.includes(key(object)), failed.err);
    });
  }

  for (const [part, exit] of [
    ['istio-sidecar-injector', 3],
    ['istio-galley', 3],
    // A gateway is a proxy like the sidecars: it may be behind.
    ['istio-ingressgateway', 0],
  ] as const) {
    test(`${part} at the old version ${exit === 0 ? 'blocks nothing' : 'blocks'}`, async () => {
      await movePart(cluster, part, OLD);
      await eventually(async () => ((await runs(part, OLD)) ? true : undefined), { what: `${part} ${OLD}` });
      const before = await state();
      const ran = await apply('-n', 'shop', '-l', 'app=deployment-6');
      assert.equal(ran.exit, exit, ran.out + ran.err);
      if (exit === 0) return;
      assert.match(ran.out, new RegExp(`${part} is of Istio 1\\.1\\.17`));
      assert.deepEqual((await state()).generations, before.generations);
    });
  }

  test('without an injector that answers nothing is planned for a restart', async () => {
    kubelet.readiness = (pod) => (isInjector(pod) ? false : WELL(pod));
    await eventually(async () => ((await isServed('istio-sidecar-injector')) ? undefined : true), {
      what: 'an outage',
    });
    const before = await state();
    const blocked = await apply('-n', 'shop');
    assert.equal(blocked.exit, 3, blocked.out + blocked.err);
    assert.match(blocked.out, /istio-sidecar-injector/);
    assert.deepEqual((await state()).generations, before.generations);
  });

  test('an injector that goes away in the middle stops the run', async () => {
    const before = await state();
    const seen = firstNewPod(() => {
      kubelet.readiness = (pod) => (isInjector(pod) ? false : WELL(pod));
    });
    const failed = await apply('-n', 'shop', '--timeout', '4s');
    seen.stop();
    assert.equal(failed.exit, 1, failed.out + failed.err);
    assert.match(failed.err, /istio-sidecar-injector/);
    const now = await state();
    const touched = mesh.moved.filter((object) => isTouched(object, now, before));
    assert.ok(
      touched.length > 0 && touched.length < mesh.moved.filter(isInShop).length,
      `${touched.length} are touched`,
    );
  });

  test('a run that is interrupted starts nothing more, and the next one does the rest', async () => {
    const before = await state();
    const interrupt = new AbortController();
    const seen = firstNewPod(() => interrupt.abort());
    const flags = ['-n', 'shop', '--max-parallel', '2', '--timeout', '60s', '--yes'];
    const stopped = await dataPlane('apply', flags, { interrupted: interrupt.signal });
    seen.stop();
    assert.equal(stopped.exit, 130, stopped.out + stopped.err);
    const between = await state();
    const shop = mesh.moved.filter(isInShop);
    const touched = shop.filter((object) => isTouched(object, between, before));
    assert.ok(touched.length > 0 && touched.length < shop.length, `${touched.length} are touched`);
    const applied = await dataPlane('apply', flags);
    assert.equal(applied.exit, 0, applied.out + applied.err);
    assertMoved(await state(), before, { moved: shop });
  });

  test('pods of an OnDelete DaemonSet are evicted one at a time when that is asked for', async () => {
    const set = mesh.leftAlone.find(({ metadata }) => metadata.name === 'on-delete') ?? assert.fail();
    const before = await state();
    await budgetFor(set, 2);
    const endpoints = await watchEndpoints(cluster, 'edge');
    const ready = await watchReadyPods(cluster, set);
    const applied = await apply('-n', 'edge', '--evict', '--timeout', '60s');
    assert.equal(applied.exit, 0, applied.out + applied.err);
    assert.equal(ready.stop(), 2, 'of three pods two were always ready');
    assert.deepEqual(
      (await endpoints.stop()).filter(({ service }) => service === 'on-delete'),
      [],
    );
    assertMoved(await state(), before, { moved: [set] });
  });

  test('a PodDisruptionBudget that allows no eviction is waited for and then named', async () => {
    const set = mesh.leftAlone.find(({ metadata }) => metadata.name === 'on-delete') ?? assert.fail();
    const before = await state();
    const budget = await budgetFor(set, 3);
    const failed = await apply('-n', 'edge', '--evict', '--timeout', '4s');
    assert.equal(failed.exit, 1, failed.out + failed.err);
    assert.match(failed.err, /on-delete-budget/);
    assert.deepEqual((await state()).pods, before.pods);
    await cluster.delete(budget);
    const applied = await apply('-n', 'edge', '--evict', '--timeout', '60s');
    assert.equal(applied.exit, 0, applied.out + applied.err);
    assertMoved(await state(), before, { moved: [set] });
  });

  /** Every workload that was to move did, by one new template; nothing else has a new template, generation or pod. */
  function assertMoved(
    now: DataPlaneState,
    before: DataPlaneState,
    { moved }: { readonly moved: readonly K8sObject[] },
  ): void {
    for (const object of everything()) {
      const name = key(object);
      if (moved.includes(object)) {
        assert.deepEqual(now.sidecars.get(name), [NEW], name);
        assert.equal(now.revisions.get(name), (before.revisions.get(name) ?? 0) + 1, `${name} rolled once`);
        continue;
      }
      for (const part of ['sidecars', 'revisions', 'generations', 'pods'] as const) {
        assert.deepEqual(now[part].get(name), before[part].get(name), `${part} of ${name}`);
      }
    }
  }

  function watchAll(): Promise<readonly EndpointsWatch[]> {
    return Promise.all(NAMESPACES.map((namespace) => watchEndpoints(cluster, namespace)));
  }

  /** Of Services of several pods. All of them were watched, and had an address. */
  async function outages(watches: readonly EndpointsWatch[]): Promise<readonly string[]> {
    const several = mesh.moved.filter(isServedBySeveral).map(({ metadata }) => metadata.name);
    const found = await Promise.all(watches.map((watch) => watch.stop()));
    const served = new Set(watches.flatMap(({ services }) => [...services]));
    for (const name of several) assert.ok(served.has(name), `${name} was watched`);
    return found.flat().flatMap(({ service }) => (several.includes(service) ? [service] : []));
  }

  async function updated(object: K8sObject): Promise<void> {
    const look = async (): Promise<true | undefined> => {
      const live = await cluster.get(object);
      return live !== undefined && isUpdated(live) ? true : undefined;
    };
    await eventually(look, { what: `the rollout of ${key(object)}` });
  }

  /** Calls back once, as soon as a pod in `shop` has the new sidecar. */
  function firstNewPod(then: () => void): { stop(): void } {
    let isSeen = false;
    return watchObjects(cluster, '/api/v1/namespaces/shop/pods', ({ type, object }) => {
      if (isSeen || type === 'DELETED' || sidecarOf(object) !== NEW) return;
      isSeen = true;
      then();
    });
  }

  async function isServed(service: string): Promise<boolean> {
    const metadata = { namespace: ISTIO_SYSTEM, name: service };
    const endpoints = await cluster.get({ apiVersion: 'v1', kind: 'Endpoints', metadata });
    return listAt(valueAt(endpoints, 'subsets', 0, 'addresses')).length > 0;
  }

  /** All pods of a part of the control plane have an image of that version. */
  async function runs(part: string, version: string): Promise<boolean> {
    const pods = (await cluster.list('v1', 'Pod', ISTIO_SYSTEM)).filter(({ metadata }) =>
      metadata.name.startsWith(part),
    );
    return pods.every((pod) => `${valueAt(pod, 'spec', 'containers', 0, 'image')}`.endsWith(`:${version}`));
  }

  /** Waits until the disruption controller has counted, and allows so many evictions. */
  async function budgetFor(set: K8sObject, minAvailable: number): Promise<K8sObject> {
    const { namespace = '', name } = set.metadata;
    const budget = await cluster.create({
      apiVersion: 'policy/v1beta1',
      kind: 'PodDisruptionBudget',
      metadata: { namespace, name: `${name}-budget` },
      spec: { minAvailable, selector: { matchLabels: { app: name } } },
    });
    const look = async (): Promise<true | undefined> => {
      const status = objectAt((await cluster.get(budget))?.status);
      return status.currentHealthy === 3 && status.disruptionsAllowed === 3 - minAvailable ? true : undefined;
    };
    await eventually(look, { what: 'the budget to be counted' });
    return budget;
  }
});

function key(object: K8sObject): string {
  return refText(refOf(object));
}

function isInShop({ metadata }: K8sObject): boolean {
  return metadata.namespace === 'shop';
}

/** It was given another spec. */
function isTouched(object: K8sObject, now: DataPlaneState, before: DataPlaneState): boolean {
  return now.generations.get(key(object)) !== before.generations.get(key(object));
}

function isInjector({ metadata }: K8sObject): boolean {
  return metadata.namespace === ISTIO_SYSTEM && metadata.name.startsWith('istio-sidecar-injector');
}
