import { type JsonObject, listAt, numberAt, objectAt, valueAt } from '../core/json.ts';
import { matchesSelector } from '../core/label-selector.ts';
import { type K8sObject, labelsOf } from '../core/object.ts';

/**
 * The object with the status that its controller would give it in the end, at once: workloads rolled out, definitions established.
 * Other kinds are returned as they are. Pods and ReplicaSets are not made.
 */
export function settledStatus(object: K8sObject): K8sObject {
  switch (object.kind) {
    case 'Deployment':
    case 'ReplicaSet':
      return withStatus(object, replicaCounts(object));
    case 'StatefulSet':
      return withStatus(object, statefulSetCounts(object));
    case 'DaemonSet':
      return withStatus(object, daemonSetCounts(object));
    case 'CustomResourceDefinition':
      return withStatus(object, established(object));
    default:
      return object;
  }
}

/** Whether a Deployment takes a ReplicaSet for its own: one that it selects and nobody controls. */
export function isAdoptable({ kind, spec, metadata }: K8sObject, set: K8sObject): boolean {
  if (kind !== 'Deployment' || set.kind !== 'ReplicaSet' || set.metadata.namespace !== metadata.namespace) return false;
  if (listAt(set.metadata.ownerReferences).some((owner) => valueAt(owner, 'controller') === true)) return false;
  return matchesSelector(objectAt(valueAt(spec, 'selector')), labelsOf(set));
}

function withStatus(object: K8sObject, status: JsonObject): K8sObject {
  return { ...object, status: { ...objectAt(object.status), ...status } };
}

function replicasOf(object: K8sObject): number {
  return numberAt(valueAt(object, 'spec', 'replicas')) ?? 1;
}

function observed(object: K8sObject): JsonObject {
  return { observedGeneration: numberAt(object.metadata.generation) ?? 1 };
}

function replicaCounts(object: K8sObject): JsonObject {
  const replicas = replicasOf(object);
  const updated =
    object.kind === 'Deployment'
      ? { updatedReplicas: replicas, unavailableReplicas: 0, conditions: deploymentConditions() }
      : {};
  return { ...observed(object), replicas, ...updated, readyReplicas: replicas, availableReplicas: replicas };
}

function deploymentConditions(): readonly JsonObject[] {
  return [
    { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable' },
    { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable' },
  ];
}

function statefulSetCounts(object: K8sObject): JsonObject {
  const replicas = replicasOf(object);
  const revision = `${object.metadata.name}-${numberAt(object.metadata.generation) ?? 1}`;
  const revisions = { currentRevision: revision, updateRevision: revision };
  return {
    ...observed(object),
    replicas,
    readyReplicas: replicas,
    currentReplicas: replicas,
    updatedReplicas: replicas,
    ...revisions,
  };
}

function daemonSetCounts(object: K8sObject): JsonObject {
  const scheduled = numberAt(valueAt(object, 'status', 'desiredNumberScheduled')) ?? 1;
  const counts = {
    desiredNumberScheduled: scheduled,
    currentNumberScheduled: scheduled,
    updatedNumberScheduled: scheduled,
  };
  return { ...observed(object), ...counts, numberReady: scheduled, numberAvailable: scheduled, numberMisscheduled: 0 };
}

function established(object: K8sObject): JsonObject {
  const types = ['NamesAccepted', 'Established'];
  const others = listAt(valueAt(object, 'status', 'conditions')).filter(
    (condition) => !types.includes(String(valueAt(condition, 'type'))),
  );
  const conditions = types.map((type) => ({
    type,
    status: 'True',
    reason: type === 'Established' ? 'InitialNamesAccepted' : 'NoConflicts',
  }));
  return {
    acceptedNames: objectAt(valueAt(object, 'spec', 'names')),
    conditions: [...others, ...conditions],
    storedVersions: storedVersions(object),
  };
}

function storedVersions(object: K8sObject): readonly string[] {
  const versions = listAt(valueAt(object, 'spec', 'versions'));
  const names = versions
    .filter((version) => valueAt(version, 'storage') === true)
    .map((version) => String(valueAt(version, 'name')));
  const only = valueAt(object, 'spec', 'version');
  return names.length > 0 || typeof only !== 'string' ? names : [only];
}
