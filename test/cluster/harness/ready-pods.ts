import { listAt, valueAt } from '../../../src/core/json.ts';
import { type K8sObject, uidOf } from '../../../src/core/object.ts';
import type { TestCluster } from './cluster.ts';
import { watchObjects } from './watch.ts';

export interface ReadyPods {
  /** Ends the watch. @returns how many were ready when the fewest were */
  stop(): number;
}

/** Watches the pods of a workload, whose pods have the label `app` with its name, from now on. */
export async function watchReadyPods(cluster: TestCluster, { metadata }: K8sObject): Promise<ReadyPods> {
  const ready = new Set<string | undefined>();
  let fewest = Number.POSITIVE_INFINITY;
  let isListed = false;
  const path = `/api/v1/namespaces/${metadata.namespace}/pods?labelSelector=app=${metadata.name}`;
  const watching = watchObjects(cluster, path, ({ type, object }) => {
    if (type !== 'DELETED' && isServing(object)) ready.add(uidOf(object));
    else ready.delete(uidOf(object));
    if (isListed) fewest = Math.min(fewest, ready.size);
  });
  cluster.onStop(() => watching.stop());
  await watching.listed;
  fewest = ready.size;
  isListed = true;
  const stop = (): number => {
    watching.stop();
    return fewest;
  };
  return { stop };
}

function isServing(pod: K8sObject): boolean {
  if (pod.metadata.deletionTimestamp !== undefined) return false;
  const ready = listAt(valueAt(pod, 'status', 'conditions')).find((one) => valueAt(one, 'type') === 'Ready');
  return valueAt(ready, 'status') === 'True';
}
