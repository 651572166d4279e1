import { counted } from '../core/counted.ts';
import { numberAt, objectAt, stringAt, valueAt, withoutValue, withValue } from '../core/json.ts';
import { matchesSelector } from '../core/label-selector.ts';
import { lastAppliedOf } from '../core/last-applied.ts';
import { type K8sObject, labelsOf } from '../core/object.ts';

// What the API server gives a workload whose manifest says nothing, and what the charts say.
const DEFAULT_REPLICAS = 1;

export interface ReplicasDecision {
  readonly body: K8sObject;
  /** The scale that stays, where it is not the manifest's. */
  readonly kept: number | undefined;
  readonly note: string | undefined;
}

/**
 * A scale that differs from what was applied last was set by an autoscaler or a person; which of them cannot be seen. It stays, and so
 * does any scale that the new manifest says nothing of: dropping the field would reset it to 1.
 * @param body the manifest's object
 */
export function keepReplicas(body: K8sObject, live: K8sObject): ReplicasDecision {
  const running = numberAt(valueAt(live, 'spec', 'replicas'));
  const wanted = numberAt(valueAt(body, 'spec', 'replicas'));
  if (running === undefined) return { body, kept: undefined, note: undefined };
  const applied = numberAt(valueAt(lastAppliedOf(live), 'spec', 'replicas')) ?? DEFAULT_REPLICAS;
  if (wanted !== undefined && (running === wanted || running === applied))
    return { body, kept: undefined, note: undefined };
  return { body: withoutReplicas(body), kept: running, note: scaleNote(running, wanted) };
}

/**
 * For a Deployment that is created where an orphaned ReplicaSet waits to be adopted (a replacement that was cut off, or one that is
 * under way): it starts with the scale that is running.
 */
export function adoptReplicas(body: K8sObject, replicaSets: readonly K8sObject[]): ReplicasDecision {
  const selector = objectAt(valueAt(body, 'spec', 'selector'));
  const adoptable = replicaSets.filter(
    (set) => !set.metadata.ownerReferences && matchesSelector(selector, labelsOf(set)),
  );
  const scales = adoptable.map((set) => numberAt(valueAt(set, 'spec', 'replicas')) ?? 0);
  const running = Math.max(0, ...scales);
  const wanted = numberAt(valueAt(body, 'spec', 'replicas')) ?? DEFAULT_REPLICAS;
  if (running === 0 || running === wanted) return { body, kept: undefined, note: undefined };
  return { body: withReplicas(body, running), kept: running, note: scaleNote(running, wanted) };
}

export function withReplicas(body: K8sObject, replicas: number): K8sObject {
  return { ...body, spec: withValue(objectAt(body.spec), ['replicas'], replicas) };
}

function withoutReplicas(body: K8sObject): K8sObject {
  return { ...body, spec: withoutValue(objectAt(body.spec), ['replicas']) };
}

function scaleNote(running: number, wanted: number | undefined): string | undefined {
  if (wanted === undefined) return running === DEFAULT_REPLICAS ? undefined : `stays at ${counted(running, 'replica')}`;
  return `stays at ${counted(running, 'replica')}; the manifest says ${wanted}, and applying it with kubectl would scale to that`;
}

/** Name of the Deployment that controls a ReplicaSet. */
export function controllerOf(object: K8sObject): string | undefined {
  const owners = object.metadata.ownerReferences;
  if (!Array.isArray(owners)) return undefined;
  for (const owner of owners) if (valueAt(owner, 'controller') === true) return stringAt(valueAt(owner, 'name'));
  return undefined;
}
