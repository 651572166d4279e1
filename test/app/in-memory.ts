import assert from 'node:assert/strict';
import type { Clock, Cluster } from '../../src/app/ports.ts';
import { predict } from '../../src/app/predict.ts';
import type { Change } from '../../src/core/change.ts';
import { apiVersionOf, type K8sObject, refOf } from '../../src/core/object.ts';
import type { Awaited } from '../../src/core/plan.ts';
import { type ApiResource, findResource } from '../../src/core/resources.ts';
import { type MemoryClusterPort, memoryCluster } from '../../src/memory/memory-cluster.ts';
import type { ProposeContext } from '../../src/plan/propose.ts';
import { proposed, type Wished } from '../plan/proposing.ts';

/** A clock on which sleeping takes no time; `at` does something once it shows that many milliseconds. */
export interface FakeClock extends Clock {
  at(milliseconds: number, action: () => void): void;
}

export function fakeClock(): FakeClock {
  let now = 0;
  const actions: { readonly due: number; readonly action: () => void }[] = [];
  return {
    now: () => now,
    async sleep(milliseconds) {
      now += milliseconds;
      for (const { action } of actions.filter(({ due }) => due <= now)) action();
    },
    at: (due, action) => actions.push({ due, action }),
  };
}

export function clusterOf(...objects: readonly K8sObject[]): MemoryClusterPort {
  return memoryCluster({ objects, fileName: 'mesh.yaml', now: () => Date.UTC(2019, 9, 1) });
}

/** The same cluster with some of its answers replaced. */
export function but(cluster: Cluster, answers: Partial<Cluster>): Cluster {
  return {
    address: cluster.address,
    version: () => cluster.version(),
    discover: (groups) => cluster.discover(groups),
    get: (resource, ref) => cluster.get(resource, ref),
    list: (resource, query) => cluster.list(resource, query),
    apply: (resource, body, options) => cluster.apply(resource, body, options),
    update: (resource, body, options) => cluster.update(resource, body, options),
    patch: (resource, ref, patch) => cluster.patch(resource, ref, patch),
    delete: (resource, ref, options) => cluster.delete(resource, ref, options),
    askService: (service, path) => cluster.askService(service, path),
    allows: (right) => cluster.allows(right),
    close: () => cluster.close(),
    ...answers,
  };
}

export async function resourceIn(cluster: Cluster, object: K8sObject): Promise<ApiResource> {
  const resource = findResource(await cluster.discover(), object.apiVersion, object.kind);
  assert.ok(resource, `${object.apiVersion} ${object.kind} is served`);
  return resource;
}

export async function liveIn(cluster: Cluster, object: K8sObject): Promise<K8sObject | undefined> {
  return cluster.get(await resourceIn(cluster, object), refOf(object));
}

export async function awaitedIn(cluster: Cluster, object: K8sObject): Promise<Awaited> {
  return { ref: refOf(object), resource: await resourceIn(cluster, object) };
}

/** The change that a wish makes of what is there now, as a plan would hold it. */
export async function changeIn(
  cluster: Cluster,
  wished: Wished & { readonly target: K8sObject },
  context: Partial<ProposeContext> = {},
): Promise<Change> {
  const { target, ...wish } = wished;
  const resource = await resourceIn(cluster, target);
  assert.equal(apiVersionOf(resource), target.apiVersion);
  const live = await cluster.get(resource, refOf(target));
  const proposal = proposed(wish, live, { resource, ...context });
  const predicted = await predict(proposal, {
    cluster,
    whyNotOnServer: undefined,
    willWrite: true,
    findMissing: async () => [],
  });
  assert.ok(predicted.kind === 'change', 'there is something to change');
  return predicted.change;
}
