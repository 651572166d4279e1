import { type K8sObject, resourceVersionOf } from '../../../src/core/object.ts';
import type { TestCluster } from './cluster.ts';
import { isUpdated } from './rollout.ts';
import { watchObjects } from './watch.ts';

interface Seen {
  readonly revision: number;
  readonly namespace: string;
  readonly workload: string;
  readonly isRolling: boolean;
}

export interface RolloutLog {
  /** Ends the watch. @returns the greatest number of workloads of a namespace that were rolling at the same time, by namespace */
  stop(): ReadonlyMap<string, number>;
}

const RESOURCES = ['deployments', 'statefulsets', 'daemonsets'];

/** Watches all rollouts from now on. */
export async function watchRollouts(cluster: TestCluster): Promise<RolloutLog> {
  const seen: Seen[] = [];
  const watches = RESOURCES.map((resource) =>
    watchObjects(cluster, `/apis/apps/v1/${resource}`, ({ type, object }) => {
      seen.push(seenOf(object, type !== 'DELETED' && !isUpdated(object)));
    }),
  );
  for (const watch of watches) {
    cluster.onStop(() => watch.stop());
    await watch.listed;
  }
  const stop = (): ReadonlyMap<string, number> => {
    for (const watch of watches) watch.stop();
    return peaks(seen);
  };
  return { stop };
}

function seenOf(object: K8sObject, isRolling: boolean): Seen {
  const { namespace = '', name } = object.metadata;
  return { revision: Number(resourceVersionOf(object)), namespace, workload: `${object.kind} ${name}`, isRolling };
}

/** The three watches are not in step with each other: the versions tell what came first, as the store counts them for all kinds alike. */
function peaks(seen: readonly Seen[]): ReadonlyMap<string, number> {
  const rolling = new Map<string, Set<string>>();
  const greatest = new Map<string, number>();
  for (const { namespace, workload, isRolling } of [...seen].sort((a, b) => a.revision - b.revision)) {
    const now = rolling.get(namespace) ?? new Set();
    rolling.set(namespace, now);
    if (isRolling) now.add(workload);
    else now.delete(workload);
    greatest.set(namespace, Math.max(greatest.get(namespace) ?? 0, now.size));
  }
  return greatest;
}
