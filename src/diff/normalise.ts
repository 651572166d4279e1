import { isObject, type JsonObject, valueAt, withoutKey, withoutValue } from '../core/json.ts';
import { LAST_APPLIED } from '../core/last-applied.ts';
import { isK8sObject, type K8sObject } from '../core/object.ts';

export interface NormaliseOptions {
  /** Keep field ownership, as `kubectl get --show-managed-fields` does. */
  readonly showManagedFields?: boolean | undefined;
}

// Written by the API server and different in every cluster; no manifest can ask for them.
const SERVER_METADATA = ['uid', 'resourceVersion', 'generation', 'creationTimestamp', 'selfLink'];

const NOISY_ANNOTATIONS = [
  // A copy of the whole object: every change would be seen twice.
  LAST_APPLIED,
  // The Deployment controller counts its rollouts here.
  'deployment.kubernetes.io/revision',
];

// Objects inside of objects, with metadata of their own.
const TEMPLATES: readonly (readonly string[])[] = [
  [],
  ['spec', 'template'],
  ['spec', 'jobTemplate'],
  ['spec', 'jobTemplate', 'spec', 'template'],
];

/**
 * An object without what changes by itself: the one place where noise is removed before objects are compared or shown.
 * @returns the object as a person would write it; the input is left as it is
 */
export function normalise(object: K8sObject, options: NormaliseOptions = {}): K8sObject {
  // What controllers report, not what anybody asks for.
  const { status, ...wanted } = object;
  let clean: JsonObject = { ...wanted, metadata: withoutServerMetadata(object, options) };
  for (const path of TEMPLATES) clean = withoutEmptyMetadata(clean, [...path, 'metadata']);
  return isK8sObject(clean) ? clean : object;
}

function withoutServerMetadata({ metadata }: K8sObject, { showManagedFields = false }: NormaliseOptions): JsonObject {
  let clean: JsonObject = metadata;
  for (const key of SERVER_METADATA) clean = withoutKey(clean, key);
  for (const name of NOISY_ANNOTATIONS) clean = withoutValue(clean, ['annotations', name]);
  // Who owns which field; the plan tells in words where it matters.
  return showManagedFields ? clean : withoutKey(clean, 'managedFields');
}

function withoutEmptyMetadata(root: JsonObject, path: readonly string[]): JsonObject {
  let clean = root;
  // Go's encoder writes `creationTimestamp: null` into every pod template that it makes.
  if (valueAt(clean, ...path, 'creationTimestamp') === null)
    clean = withoutValue(clean, [...path, 'creationTimestamp']);
  // An empty map is the same as none; one stays behind where the last entry is removed.
  for (const key of ['annotations', 'labels']) {
    const map = valueAt(clean, ...path, key);
    if (map === null || (isObject(map) && Object.keys(map).length === 0)) clean = withoutValue(clean, [...path, key]);
  }
  return clean;
}
