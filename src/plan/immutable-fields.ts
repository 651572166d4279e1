import { type Json, objectAt, sameJson, valueAt, withValue } from '../core/json.ts';
import { type K8sObject, refOf, refText } from '../core/object.ts';
import type { Problem } from '../core/problem.ts';

// Fields that the API server never lets change once an object exists, besides workload selectors.
const IMMUTABLE: Readonly<Record<string, readonly (readonly string[])[]>> = {
  Job: [
    ['spec', 'template'],
    ['spec', 'selector'],
    ['spec', 'completions'],
  ],
  RoleBinding: [['roleRef']],
  ClusterRoleBinding: [['roleRef']],
  StatefulSet: [
    ['spec', 'volumeClaimTemplates'],
    ['spec', 'serviceName'],
    ['spec', 'podManagementPolicy'],
  ],
  PersistentVolumeClaim: [
    ['spec', 'storageClassName'],
    ['spec', 'accessModes'],
    ['spec', 'volumeName'],
  ],
  StorageClass: [['provisioner'], ['parameters'], ['reclaimPolicy']],
};

/**
 * Immutable fields in which the manifest differs from the live object. What cannot change is not tried.
 * @returns the body with the live values, and a blocker for every such field
 */
export function decideImmutable(body: K8sObject, live: K8sObject): { body: K8sObject; problems: readonly Problem[] } {
  let kept = body;
  const problems: Problem[] = [];
  for (const path of IMMUTABLE[body.kind] ?? []) {
    const wanted = valueAt(body, ...path);
    const running = valueAt(live, ...path);
    if (wanted === undefined || running === undefined || holds(running, wanted)) continue;
    kept = {
      ...kept,
      ...withValue(kept, path, running),
      apiVersion: kept.apiVersion,
      kind: kept.kind,
      metadata: kept.metadata,
    };
    problems.push({
      id: 'immutable-field',
      severity: 'blocker',
      ref: refOf(live),
      message: `${refText(refOf(live))}: ${path.join('.')} cannot be changed once the object exists`,
      hint: 'delete the object first if nothing depends on it, or leave it out of the manifests',
    });
  }
  return { body: kept, problems };
}

/** Whether the live value is the wanted one, defaults that the server added aside. */
function holds(running: Json, wanted: Json): boolean {
  if (Array.isArray(running) && Array.isArray(wanted)) {
    return running.length === wanted.length && wanted.every((item, index) => holds(running[index] ?? null, item));
  }
  if (typeof wanted !== 'object' || wanted === null || Array.isArray(wanted)) return sameJson(running, wanted);
  const object = objectAt(running);
  return Object.entries(wanted).every(
    ([key, value]) => value === undefined || value === null || holds(object[key] ?? null, value),
  );
}
