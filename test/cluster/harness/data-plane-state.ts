import { listAt, numberAt, stringAt, valueAt } from '../../../src/core/json.ts';
import { type K8sObject, labelsOf, refOf, refText, uidOf } from '../../../src/core/object.ts';
import type { TestCluster } from './cluster.ts';

/** What a restart changes, at one moment. All by workload, as `refText` writes it. */
export interface DataPlaneState {
  /** Versions of its pods' sidecars, `none` for a pod without; those that are being deleted do not count. */
  readonly sidecars: ReadonlyMap<string, readonly string[]>;
  /** How many templates it has had. */
  readonly revisions: ReadonlyMap<string, number>;
  readonly generations: ReadonlyMap<string, number | undefined>;
  /** Uids of its pods. */
  readonly pods: ReadonlyMap<string, readonly string[]>;
}

/** @param workloads whose pods have the label `app` with their name */
export async function dataPlaneState(cluster: TestCluster, workloads: readonly K8sObject[]): Promise<DataPlaneState> {
  const [all, sets, revisions] = await Promise.all([
    cluster.list('v1', 'Pod'),
    cluster.list('apps/v1', 'ReplicaSet'),
    cluster.list('apps/v1', 'ControllerRevision'),
  ]);
  const live = await Promise.all(workloads.map((object) => cluster.get(object)));
  const keyed = <T>(value: (object: K8sObject, index: number) => T): ReadonlyMap<string, T> =>
    new Map(workloads.map((object, index) => [refText(refOf(object)), value(object, index)]));
  // A rollout is over when the last old pod has been told to go, which is before it has gone.
  const staying = all.filter((pod) => pod.metadata.deletionTimestamp === undefined);
  const podsOf = (object: K8sObject): readonly K8sObject[] => staying.filter((pod) => isPodOf(pod, object));
  const made = [...sets, ...revisions];
  return {
    sidecars: keyed((object) => [...new Set(podsOf(object).map(sidecarOf))].sort()),
    revisions: keyed((_, index) => made.filter((one) => isOwnedBy(one, live[index])).length),
    generations: keyed((_, index) => numberAt(live[index]?.metadata.generation)),
    pods: keyed((object) =>
      podsOf(object)
        .map((pod) => uidOf(pod) ?? '')
        .sort(),
    ),
  };
}

/** The version of a pod's sidecar, or `none`. @throws Error when it has two */
export function sidecarOf(pod: K8sObject): string {
  const proxies = listAt(valueAt(pod, 'spec', 'containers')).filter((one) => valueAt(one, 'name') === 'istio-proxy');
  if (proxies.length > 1) throw new Error(`${pod.metadata.namespace}/${pod.metadata.name} has two sidecars`);
  return stringAt(valueAt(proxies[0], 'image'))?.replace('docker.io/istio/proxyv2:', '') ?? 'none';
}

export function isPodOf(pod: K8sObject, { metadata }: K8sObject): boolean {
  return pod.metadata.namespace === metadata.namespace && labelsOf(pod).app === metadata.name;
}

function isOwnedBy(object: K8sObject, owner: K8sObject | undefined): boolean {
  const uid = owner && uidOf(owner);
  return listAt(object.metadata.ownerReferences).some((one) => valueAt(one, 'uid') === uid);
}
