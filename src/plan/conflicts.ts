import type { FieldConflict } from '../core/change.ts';
import { isObject, objectAt, sameJson, valueAt } from '../core/json.ts';
import type { K8sObject } from '../core/object.ts';
import { fieldsOf } from '../fields/applied-fields.ts';
import {
  EMPTY,
  type FieldPath,
  type FieldSet,
  intersection,
  isEmpty,
  pathsOf,
  setOfPaths,
  union,
} from '../fields/field-set.ts';
import { pathText } from '../fields/path-text.ts';
import { valueAtPath, withoutFields } from '../fields/prune.ts';

export interface ConflictResult {
  /** The body without the fields that stay their owners'. */
  readonly body: K8sObject;
  readonly conflicts: readonly FieldConflict[];
  /** Conflicting fields that are taken over after all. */
  readonly taken: FieldSet;
}

/**
 * Fields that somebody who lives on owns and that the body sets to another value. They are left alone, and said, unless they are taken.
 * A field that both set alike is no conflict: it is owned by both.
 * @param others what everybody but installers and us owns, by manager
 * @param isTaken whether a field, as text, is to be taken over
 */
export function settleConflicts(
  body: K8sObject,
  live: K8sObject,
  { others, isTaken }: { others: ReadonlyMap<string, FieldSet>; isTaken: (path: string) => boolean },
): ConflictResult {
  const conflicts: FieldConflict[] = [];
  const left: FieldPath[] = [];
  const values = valuesOf(body);
  let taken = EMPTY;
  for (const [owner, owned] of others) {
    // Owning a map, a keyed list or an item of one as such is owning its existence, which a body that has it does not dispute.
    for (const path of pathsOf(intersection(owned, values))) {
      if (sameJson(valueAtPath(body, path), valueAtPath(live, path))) continue;
      const text = pathText(path);
      conflicts.push({ owner, path: text, taken: isTaken(text) });
      if (isTaken(text)) taken = union(taken, setOfPaths([path]));
      else left.push(path);
    }
  }
  return { body: withoutFields(body, setOfPaths(left)), conflicts, taken };
}

/** Fields with a value of their own: scalars, and the lists and maps that are one value. */
function valuesOf(body: K8sObject): FieldSet {
  const applied = fieldsOf(body);
  const isEmptyMap = (path: FieldPath) =>
    isObject(valueAtPath(body, path)) && isEmpty(objectAt(valueAtPath(body, path)));
  return setOfPaths(pathsOf(applied).filter((path) => isLeaf(applied, path) && !isEmptyMap(path)));
}

function isLeaf(set: FieldSet, path: FieldPath): boolean {
  return isEmpty(objectAt(valueAt(set, ...path)));
}
