import { isObject, type Json, type JsonObject, sameJson } from '../core/json.ts';
import { lastAppliedOf } from '../core/last-applied.ts';
import { isK8sObject, type K8sObject } from '../core/object.ts';
import { fieldsOf } from '../fields/applied-fields.ts';
import { withDefaults } from '../fields/defaults.ts';
import { difference, type FieldPath, pathsOf, setOfPaths } from '../fields/field-set.ts';
import { mergeApplied } from '../fields/merge.ts';
import { valueAtPath, withoutFields } from '../fields/prune.ts';

/**
 * The manifest with which `kubectl apply` makes an object what it shall be: the one that its record will hold.
 * @param same whether two states of the object are the same, noise aside
 * @returns undefined where there is no such manifest, or kubectl would make something else of it
 */
export function manifestToApply(
  before: K8sObject,
  after: K8sObject,
  same: (a: K8sObject, b: K8sObject) => boolean,
): K8sObject | undefined {
  const manifest = recordOf(after);
  if (manifest === undefined || leavesBehind(before, after, lastAppliedOf(before) ?? {})) return undefined;
  return same(withDefaults(kubectlApplied(before, manifest)), withDefaults(after)) ? manifest : undefined;
}

/**
 * The manifest with which `kubectl apply` creates an object, where its record holds one.
 * @param body what the object would be created with
 */
export function manifestToCreate(
  body: K8sObject,
  same: (a: K8sObject, b: K8sObject) => boolean,
): K8sObject | undefined {
  const manifest = recordOf(body);
  return manifest !== undefined && same(withDefaults(manifest), withDefaults(body)) ? manifest : undefined;
}

function recordOf(object: K8sObject): K8sObject | undefined {
  const record = lastAppliedOf(object);
  return isK8sObject(record) ? record : undefined;
}

/**
 * What client-side `kubectl apply` makes of a live object: the manifest merged over it, without what the record of the last one holds and
 * the manifest does not.
 * @see https://kubernetes.io/docs/tasks/manage-kubernetes-objects/declarative-config/#merge-patch-calculation
 */
export function kubectlApplied(live: K8sObject, manifest: K8sObject): K8sObject {
  const last = recordOf(live);
  const merged = mergeApplied(live, manifest);
  const dropped = last === undefined ? [] : pathsOf(difference(fieldsOf(last), fieldsOf(manifest)));
  const gone = [...dropped.map((path) => missingPart(path, manifest)), ...newNulls(manifest, last)];
  return withoutFields(merged, setOfPaths(gone));
}

/** In a merge patch null is a deletion: one that the record does not hold already goes into the patch, and takes the field out. */
function newNulls(manifest: JsonObject, last: JsonObject | undefined): readonly FieldPath[] {
  return Object.entries(manifest).flatMap(([key, value]): readonly FieldPath[] => {
    const before = last?.[key];
    if (value === null && before !== null) return [[`f:${key}`]];
    if (!isObject(value)) return [];
    return newNulls(value, isObject(before) ? before : undefined).map((path) => [`f:${key}`, ...path]);
  });
}

/** The outermost part of a path that the manifest does not have: kubectl removes it whole, whoever else set something inside. */
function missingPart(path: FieldPath, manifest: JsonObject): FieldPath {
  const length = path.findIndex((_, index) => valueAtPath(manifest, path.slice(0, index + 1)) === undefined);
  return length < 0 ? path : path.slice(0, length + 1);
}

/** Whether a key of some map has to go that the record does not hold: kubectl merges every map by its keys, and leaves it. */
function leavesBehind(before: Json | undefined, after: Json | undefined, record: Json | undefined): boolean {
  if (!isObject(before) || !isObject(after) || sameJson(before, after)) return false;
  const recorded: JsonObject = isObject(record) ? record : {};
  return Object.keys(before).some((key) => {
    if (BOOKKEEPING.includes(key)) return false;
    if (after[key] === undefined) return recorded[key] === undefined;
    return leavesBehind(before[key], after[key], recorded[key]);
  });
}

const BOOKKEEPING = [
  'status',
  'managedFields',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'selfLink',
];
