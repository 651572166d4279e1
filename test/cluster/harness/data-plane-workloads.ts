import type { JsonObject } from '../../../src/core/json.ts';
import { type K8sObject, uidOf } from '../../../src/core/object.ts';
import { withSidecar } from './sidecar-patch.ts';
import { podTemplate, type RollingKind, workload } from './workloads.ts';

/** Where the workloads are that a restart moves. */
export const NAMESPACES = ['catalog', 'infra', 'media', 'pay', 'search', 'shop'] as const;
/** Injected as well; what is here is left alone, each for a reason of its own. */
export const EDGE = 'edge';
/** Not injected. */
export const LEGACY = 'legacy';

const GENERATED = 38;
const KINDS: readonly RollingKind[] = ['Deployment', 'StatefulSet', 'Deployment', 'DaemonSet', 'Deployment'];
const REPLICAS = [2, 3, 1, 5, 4];
const STRATEGIES: readonly JsonObject[] = [
  { rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
  { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
  { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } },
  { rollingUpdate: { maxSurge: '50%', maxUnavailable: '50%' } },
];

/**
 * 40 workloads that a restart moves, none of those with several pods without one that serves: Deployments, StatefulSets and DaemonSets of
 * many sizes and strategies. The templates of the last two have the sidecar of this version already, as `istioctl kube-inject` writes it.
 */
export function movedWorkloads(version: string): readonly K8sObject[] {
  return [...Array.from({ length: GENERATED }, (_, index) => generated(index)), ...injectedByHand(version)];
}

function generated(index: number): K8sObject {
  const round = Math.floor(index / NAMESPACES.length);
  const kind = pick(KINDS, index + round);
  const replicas = pick(REPLICAS, index + 2 * round);
  const path = `${pick(NAMESPACES, index)}/${kind.toLowerCase()}-${index + 1}`;
  if (kind === 'DaemonSet') return workload(kind, path);
  if (kind === 'Deployment') return workload(kind, path, { replicas, spec: { strategy: pick(STRATEGIES, round) } });
  return workload(kind, path, { replicas: Math.min(replicas, 3), spec: { podManagementPolicy: 'Parallel' } });
}

/** One as today's, one from before injection left a record. */
function injectedByHand(version: string): readonly K8sObject[] {
  const byHand = (path: string, more: JsonObject): K8sObject => {
    const template = { ...withSidecar(podTemplate(path), version), ...more };
    return workload('Deployment', path, { replicas: 2, spec: { template } });
  };
  const withoutRecord = { metadata: { labels: { app: 'by-hand-long-ago' } } };
  return [byHand('search/by-hand', {}), byHand('shop/by-hand-long-ago', withoutRecord)];
}

/** What a restart would not move, or would interrupt; each in namespace `edge` under this name. */
export function leftAlone(): readonly K8sObject[] {
  const partitioned = { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } } };
  return [
    workload('Deployment', `${EDGE}/paused`, { replicas: 2 }),
    workload('StatefulSet', `${EDGE}/partitioned`, { replicas: 2, spec: partitioned }),
    workload('DaemonSet', `${EDGE}/on-delete`, { spec: { updateStrategy: { type: 'OnDelete' } } }),
    workload('Deployment', `${EDGE}/recreated`, { replicas: 2, spec: { strategy: { type: 'Recreate' } } }),
    { ...workload('Deployment', `${EDGE}/lone-set`, { replicas: 1 }), kind: 'ReplicaSet' },
    inEdge('v1', 'Pod', 'bare', podTemplate(`${EDGE}/bare`)),
    inEdge('argoproj.io/v1alpha1', 'Rollout', 'canary', { spec: { replicas: 1 } }),
    inEdge('batch/v1', 'Job', 'import', { spec: runOnce('import') }),
    inEdge('batch/v1beta1', 'CronJob', 'nightly', {
      spec: { schedule: '0 3 1 1 *', suspend: true, jobTemplate: { spec: runOnce('nightly') } },
    }),
  ];
}

/** What the owners among those have made: they have no controller here, or nothing to do. */
export function madeBy(owner: K8sObject): readonly K8sObject[] {
  const { name } = owner.metadata;
  const reference = { apiVersion: owner.apiVersion, kind: owner.kind, name, uid: uidOf(owner), controller: true };
  const made = (object: K8sObject): K8sObject => ({
    ...object,
    metadata: { ...object.metadata, ownerReferences: [reference] },
  });
  if (owner.kind === 'Rollout') return [made({ ...workload('Deployment', `${EDGE}/${name}`), kind: 'ReplicaSet' })];
  if (owner.kind === 'CronJob') return [made(inEdge('batch/v1', 'Job', `${name}-1`, { spec: runOnce(name) }))];
  return [];
}

/** What has no sidecar and shall have none. */
export function withoutSidecar(): readonly K8sObject[] {
  return [
    workload('Deployment', 'shop/excluded', { replicas: 2, annotations: { 'sidecar.istio.io/inject': 'false' } }),
    workload('DaemonSet', 'infra/host-network', { pod: { hostNetwork: true } }),
    workload('Deployment', `${LEGACY}/outside`, { replicas: 2 }),
  ];
}

/** A kind that nobody here knows; there is no controller for it. */
export const ROLLOUT_CRD: K8sObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'rollouts.argoproj.io' },
  spec: {
    group: 'argoproj.io',
    scope: 'Namespaced',
    names: { kind: 'Rollout', plural: 'rollouts', singular: 'rollout', listKind: 'RolloutList' },
    versions: [
      {
        name: 'v1alpha1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
};

function inEdge(apiVersion: string, kind: string, name: string, rest: JsonObject): K8sObject {
  return { apiVersion, kind, ...rest, metadata: { labels: { app: name }, namespace: EDGE, name } };
}

function runOnce(name: string): JsonObject {
  const template = podTemplate(`${EDGE}/${name}`, { pod: { restartPolicy: 'Never' } });
  return { template };
}

function pick<T>(list: readonly T[], index: number): T {
  const found = list[index % list.length];
  if (found === undefined) throw new Error('an empty list');
  return found;
}
