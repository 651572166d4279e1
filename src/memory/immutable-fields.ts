import { sameJson, valueAt } from '../core/json.ts';
import type { K8sObject } from '../core/object.ts';
import { parseApiVersion } from '../core/object.ts';
import { isBuiltIn } from '../fields/list-types.ts';

// What Kubernetes 1.20 refuses to change; validation of `Update` in pkg/apis/*/validation.
const IMMUTABLE: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['spec.selector'],
  ReplicaSet: ['spec.selector'],
  DaemonSet: ['spec.selector'],
  StatefulSet: ['spec.selector', 'spec.serviceName', 'spec.podManagementPolicy', 'spec.volumeClaimTemplates'],
  Job: ['spec.selector', 'spec.template', 'spec.completions'],
  RoleBinding: ['roleRef'],
  ClusterRoleBinding: ['roleRef'],
  Secret: ['type'],
  PersistentVolumeClaim: ['spec.storageClassName', 'spec.volumeMode', 'spec.selector'],
  CustomResourceDefinition: ['spec.group', 'spec.names.plural', 'spec.names.kind', 'spec.scope'],
};
// May be left out of a replacement, and be set where nothing was.
const KEPT: Readonly<Record<string, readonly string[]>> = {
  Service: ['spec.clusterIP'],
  PersistentVolumeClaim: ['spec.volumeName'],
};

/** Paths of fields that must not change and do. */
export function immutableChanges(live: K8sObject, next: K8sObject): readonly string[] {
  if (!isBuiltIn(parseApiVersion(next.apiVersion))) return [];
  const at = (object: K8sObject, path: string) => valueAt(object, ...path.split('.'));
  const fixed = (IMMUTABLE[next.kind] ?? []).filter((path) => !sameJson(at(live, path), at(next, path)));
  const kept = (KEPT[next.kind] ?? []).filter((path) => {
    const [before, after] = [at(live, path), at(next, path)];
    return before !== undefined && before !== '' && after !== undefined && after !== '' && before !== after;
  });
  return [...fixed, ...kept];
}
