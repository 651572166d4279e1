import { canonicalJson, isObject, type Json, valueAt } from '../core/json.ts';
import { type K8sObject, labelsOf } from '../core/object.ts';
import { objectsOf, type Snapshot } from '../core/snapshot.ts';

export type Labels = Readonly<Record<string, string>>;

/** The different label sets of pods, by namespace. */
export type PodLabels = ReadonlyMap<string, readonly Labels[]>;

const WORKLOADS = [
  { group: 'apps', kind: 'Deployment' },
  { group: 'extensions', kind: 'Deployment' },
  { group: 'apps', kind: 'StatefulSet' },
  { group: 'apps', kind: 'DaemonSet' },
  { group: 'extensions', kind: 'DaemonSet' },
];

/** The labels of a snapshot's Pods, and of the pods that its workloads' templates make. */
export function podLabelsOf(snapshot: Snapshot): PodLabels {
  const pods = objectsOf(snapshot, { group: '', kind: 'Pod' }).map((pod) => ({ pod, labels: labelsOf(pod) }));
  const made = WORKLOADS.flatMap((kind) => objectsOf(snapshot, kind)).map((pod) => ({
    pod,
    labels: templateLabels(pod),
  }));
  const byNamespace = Map.groupBy([...pods, ...made], ({ pod }) => pod.metadata.namespace ?? '');
  return new Map(
    [...byNamespace].map(([namespace, entries]) => [namespace, distinct(entries.map(({ labels }) => labels))]),
  );
}

/** The label sets that a selector picks in a namespace; the selector itself where no such pod is known. */
export function selectedLabels(pods: PodLabels, namespace: string, selector: Labels): readonly Labels[] {
  const selected = (pods.get(namespace) ?? []).filter((labels) => isWithin(selector, labels));
  return selected.length === 0 ? [selector] : selected;
}

/** Whether every label of the first set is in the second. */
export function isWithin(wanted: Labels, labels: Labels): boolean {
  return Object.entries(wanted).every(([key, value]) => labels[key] === value);
}

/** A map of labels in an object's spec; entries that are no strings are left out. */
export function labelsIn(value: Json | undefined): Labels {
  const entries = isObject(value) ? Object.entries(value) : [];
  return Object.fromEntries(entries.flatMap(([key, label]) => (typeof label === 'string' ? [[key, label]] : [])));
}

function templateLabels(workload: K8sObject): Labels {
  return labelsOf({ metadata: valueAt(workload, 'spec', 'template', 'metadata') });
}

function distinct(sets: readonly Labels[]): readonly Labels[] {
  return [...new Map(sets.map((labels) => [canonicalJson(labels), labels])).values()];
}
