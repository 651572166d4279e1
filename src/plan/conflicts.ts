import type { FieldConflict } from '../core/change.ts';
import { sameJson } from '../core/json.ts';
import type { K8sObject } from '../core/object.ts';
import { EMPTY, type FieldPath, type FieldSet, pathsOf, setOfPaths, union } from '../fields/field-set.ts';
import { pathText } from '../fields/path-text.ts';
import { fieldsPresent, valueAtPath, withoutFields } from '../fields/prune.ts';

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
  let taken = EMPTY;
  for (const [owner, owned] of others) {
    for (const path of pathsOf(fieldsPresent(owned, body))) {
      const wanted = valueAtPath(body, path);
      // Owning a map or a list item as such is owning its existence, which a body that has it does not dispute.
      if (isContainer(wanted) || sameJson(wanted, valueAtPath(live, path))) continue;
      const text = pathText(path);
      conflicts.push({ owner, path: text, taken: isTaken(text) });
      if (isTaken(text)) taken = union(taken, setOfPaths([path]));
      else left.push(path);
    }
  }
  return { body: withoutFields(body, setOfPaths(left)), conflicts, taken };
}

function isContainer(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
