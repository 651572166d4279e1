import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cluster } from '../../src/app/ports.ts';
import { ApiError, UpgradeErrors } from '../../src/core/errors.ts';
import type { K8sObject } from '../../src/core/object.ts';
import type { MemoryClusterPort } from '../../src/memory/memory-cluster.ts';
import { but, clusterOf, fakeClock } from './in-memory.ts';
import { controlPlane, planDataPlane, runDataPlane, workload } from './sidecar-mesh.ts';

const agents = (): MemoryClusterPort =>
  clusterOf(
    ...controlPlane(),
    ...workload('shop/agent', { kind: 'DaemonSet', replicas: 3, spec: { updateStrategy: { type: 'OnDelete' } } }),
  );

function budget(message: string): ApiError {
  return new ApiError('evict Pod/shop/agent-0: Cannot evict pod', {
    status: 429,
    reason: 'TooManyRequests',
    causes: [{ reason: 'DisruptionBudget', message, field: '' }],
  });
}

test('pods of an OnDelete workload are evicted one at a time, and a second plan is empty', async () => {
  const cluster = agents();
  const plan = await planDataPlane(cluster, { evicts: true });
  assert.deepEqual(
    plan.changes.map(({ steps }) => steps.at(-1)?.do),
    ['evict'],
  );
  const { told, error } = await runDataPlane(plan, cluster, { evictor: cluster });
  assert.equal(error, undefined);
  assert.deepEqual(told.slice(3), [
    'evicted agent-0',
    'evicted agent-1',
    'evicted agent-2',
    'sidecars-checked agent',
    'phase-done',
    'verified',
  ]);
  assert.deepEqual((await planDataPlane(cluster, { evicts: true })).dataPlane, { restarts: [], leftAlone: [] });
});

test('without being asked to, none is evicted', async () => {
  const plan = await planDataPlane(agents());
  assert.deepEqual(plan.changes, []);
  assert.match(plan.dataPlane?.leftAlone[0]?.why ?? '', /--evict/);
});

test('a budget that forbids it is waited for', async () => {
  const cluster = agents();
  const clock = fakeClock();
  let refusals = 2;
  const evictor = {
    evict: async (pod: K8sObject) => {
      refusals -= 1;
      if (refusals >= 0) throw budget('The disruption budget agent needs 3 healthy pods and has 3 currently');
      await cluster.evict(pod);
    },
  };
  const { told, error } = await runDataPlane(await planDataPlane(cluster, { evicts: true }), cluster, {
    evictor,
    clock,
  });
  assert.equal(error, undefined);
  const waits = told.filter((event) => event.startsWith('waiting'));
  assert.deepEqual(waits, [
    'waiting: agent: pod agent-0 may not be evicted: The disruption budget agent needs 3 healthy pods and has 3 currently',
  ]);
  assert.equal(clock.now(), 1000);
});

test('a budget that never allows it is named in the end', async () => {
  const cluster = agents();
  const evictor = { evict: () => Promise.reject(budget('The disruption budget agent needs 3 healthy pods')) };
  const { error } = await runDataPlane(await planDataPlane(cluster, { evicts: true }), cluster, { evictor });
  assert.ok(error instanceof UpgradeErrors);
  assert.match(
    error.message,
    /DaemonSet.apps\/shop\/agent: pod agent-0 may not be evicted: The disruption budget agent .* \(for 10s\)/,
  );
});

/** The same, with one pod as it is not in the inner cluster, until `isOver`. */
function seen(inner: MemoryClusterPort, name: string, change: (pod: K8sObject) => K8sObject | undefined): Cluster {
  return but(inner, {
    list: async function* (resource, query) {
      for await (const one of inner.list(resource, query)) {
        const shown = one.kind === 'Pod' && one.metadata.name === name ? change(one) : one;
        if (shown !== undefined) yield shown;
      }
    },
  });
}

test('the next one goes only when the one before is there again and ready', async () => {
  const isNew = (pod: K8sObject) => JSON.stringify(pod.spec).includes('proxyv2:1.2.10');
  for (const [change, why] of [
    [(pod: K8sObject) => (isNew(pod) ? { ...pod, status: {} } : pod), 'pod agent-0 is not ready yet'],
    [(pod: K8sObject) => (isNew(pod) ? undefined : pod), '2 of 3 pods are there'],
  ] as const) {
    const inner = agents();
    const plan = await planDataPlane(inner, { evicts: true });
    const { told, error } = await runDataPlane(plan, seen(inner, 'agent-0', change), { evictor: inner });
    assert.deepEqual(
      told.filter((event) => event.startsWith('evicted')),
      ['evicted agent-0'],
    );
    assert.ok(error instanceof UpgradeErrors);
    assert.match(error.message, new RegExp(`agent: ${why}, after 10s`));
  }
});

test('a pod that is gone by itself meanwhile is as good as evicted', async () => {
  const cluster = agents();
  const evictor = {
    evict: async (pod: K8sObject) => {
      await cluster.evict(pod);
      throw new ApiError('gone', { status: 404, reason: 'NotFound' });
    },
  };
  const { error } = await runDataPlane(await planDataPlane(cluster, { evicts: true }), cluster, { evictor });
  assert.equal(error, undefined);
});

test('who may not evict pods of a namespace is told before anything is written', async () => {
  const cluster = but(agents(), { allows: async ({ subresource }) => subresource !== 'eviction' });
  const { problems } = await planDataPlane(cluster, { evicts: true });
  assert.deepEqual(
    problems.filter(({ id }) => id === 'may-not-write').map(({ severity, message }) => `${severity}: ${message}`),
    ['blocker: you may not create pods/eviction in shop'],
  );
});
