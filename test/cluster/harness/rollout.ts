import { numberAt, objectAt } from '../../../src/core/json.ts';
import type { K8sObject } from '../../../src/core/object.ts';
import type { TestCluster } from './cluster.ts';
import { eventually } from './waiting.ts';

/** Waits until every Deployment of a namespace has rolled out; one that nobody has made yet is not waited for. */
export async function rolledOut(cluster: TestCluster, namespace: string, timeout = 60_000): Promise<void> {
  let late: readonly string[] = [];
  const look = async (): Promise<true | undefined> => {
    const deployments = await cluster.list('apps/v1', 'Deployment', namespace);
    late = deployments.filter((one) => !isRolledOut(one)).map((one) => one.metadata.name);
    return late.length === 0 ? true : undefined;
  };
  await eventually(look, {
    timeout,
    get what() {
      return `the rollout of ${late.join(', ')} in ${namespace}`;
    },
  });
}

/** As `kubectl rollout status` judges a Deployment. */
export function isRolledOut({ metadata, spec, status }: K8sObject): boolean {
  const { observedGeneration, updatedReplicas, replicas, availableReplicas } = objectAt(status);
  const wanted = numberAt(objectAt(spec).replicas) ?? 1;
  if ((numberAt(observedGeneration) ?? 0) < (numberAt(metadata.generation) ?? 0)) return false;
  return [updatedReplicas, replicas, availableReplicas].every((count) => (numberAt(count) ?? 0) === wanted);
}

/** Whether every pod is of the current template and ready: of a Deployment, a StatefulSet or a DaemonSet, OnDelete ones included. */
export function isUpdated(workload: K8sObject): boolean {
  if (workload.kind === 'Deployment') return isRolledOut(workload);
  const count = (key: string): number => numberAt(objectAt(workload.status)[key]) ?? 0;
  if (count('observedGeneration') < (numberAt(workload.metadata.generation) ?? 0)) return false;
  if (workload.kind === 'DaemonSet') {
    const wanted = count('desiredNumberScheduled');
    return wanted > 0 && count('updatedNumberScheduled') === wanted && count('numberAvailable') === wanted;
  }
  const wanted = numberAt(objectAt(workload.spec).replicas) ?? 1;
  const { currentRevision, updateRevision } = objectAt(workload.status);
  return count('readyReplicas') === wanted && currentRevision === updateRevision;
}
