import { type Json, type JsonObject, listAt, objectAt, valueAt, withoutKey } from '../../../src/core/json.ts';
import { LAST_APPLIED } from '../../../src/core/last-applied.ts';
import { annotationsOf, type K8sObject, refOf, refText } from '../../../src/core/object.ts';
import { comparable } from '../compare.ts';
import type { TestCluster } from './cluster.ts';

/** Every object that an upgrade may touch, by name, as it has to be again. */
export type MeshState = JsonObject;

const BUILT_IN = [
  ['v1', 'Namespace ServiceAccount ConfigMap Service'],
  ['apps/v1', 'Deployment'],
  ['apiextensions.k8s.io/v1beta1', 'CustomResourceDefinition'],
  ['rbac.authorization.k8s.io/v1', 'ClusterRole ClusterRoleBinding Role RoleBinding'],
  ['autoscaling/v2beta1', 'HorizontalPodAutoscaler'],
  ['policy/v1beta1', 'PodDisruptionBudget'],
  ['admissionregistration.k8s.io/v1beta1', 'MutatingWebhookConfiguration ValidatingWebhookConfiguration'],
  ['batch/v1', 'Job'],
] as const;
// The record of what controllers have written comes and goes with them.
const CONTROLLERS = ['kube-controller-manager', 'kube-apiserver', 'Go-http-client'];

/** Objects with their owners and kubectl's record, and for each ReplicaSet whether anything controls it. */
export async function stateOf(cluster: TestCluster): Promise<MeshState> {
  const definitions = await cluster.list('apiextensions.k8s.io/v1beta1', 'CustomResourceDefinition');
  const kinds = [
    ...BUILT_IN.flatMap(([apiVersion, names]) => names.split(' ').map((kind) => [apiVersion, kind] as const)),
    ...definitions.filter(isServed).map(kindOf),
  ];
  const lists = await Promise.all(
    kinds.map(async ([apiVersion, kind]) =>
      (await cluster.list(apiVersion, kind)).map((one): K8sObject => ({ ...one, apiVersion, kind })),
    ),
  );
  const sets = await cluster.list('apps/v1', 'ReplicaSet', 'istio-system');
  const orphans = sets.filter((set) => listAt(set.metadata.ownerReferences).length === 0);
  return {
    ...Object.fromEntries(lists.flat().map((one) => [refText(refOf(one)), asItIs(one)])),
    'ReplicaSets without an owner': orphans.map(({ metadata }) => metadata.name),
  };
}

function isServed({ status, metadata }: K8sObject): boolean {
  const isEstablished = listAt(valueAt(status, 'conditions')).some(
    (one) => valueAt(one, 'type') === 'Established' && valueAt(one, 'status') === 'True',
  );
  return isEstablished && metadata.deletionTimestamp === undefined;
}

function kindOf({ spec }: K8sObject): readonly [string, string] {
  const { group, version } = objectAt(spec);
  return [`${group}/${version}`, String(valueAt(spec, 'names', 'kind'))];
}

function asItIs(one: K8sObject): Json {
  const owners = listAt(one.metadata.managedFields)
    .map((entry) => withoutKey(objectAt(entry), 'time'))
    .filter(({ manager }) => !CONTROLLERS.includes(String(manager)));
  const texts = owners.map((entry) => JSON.stringify(entry)).sort();
  return { object: comparable(one), owners: texts, lastApplied: annotationsOf(one)[LAST_APPLIED] ?? null };
}
