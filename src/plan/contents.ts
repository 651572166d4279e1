import { FIELD_MANAGER } from '../core/field-manager.ts';
import { canonicalJson, valueAt } from '../core/json.ts';
import type { K8sObject } from '../core/object.ts';
import { fieldsOf } from '../fields/applied-fields.ts';
import { differences } from '../fields/differences.ts';
import { difference, type FieldSet, isEmpty, leavesOf, union } from '../fields/field-set.ts';
import { entriesOf } from '../fields/managed-fields.ts';
import { withoutKept } from './kept-fields.ts';
import { withoutScale } from './ownership.ts';

const SCALED = ['Deployment', 'StatefulSet', 'ReplicaSet'];

export function hasScale(kind: string): boolean {
  return SCALED.includes(kind);
}

/**
 * The fields in which two versions of an object differ, as somebody might have asked for them: without status, scale, and what the server or
 * a controller gives an object (see `withoutKept`).
 */
export function changedFields(before: K8sObject, after: K8sObject): FieldSet {
  const { added, modified, removed } = differences(before, after);
  return asked(after.kind, union(union(added, modified), removed));
}

/** Whether two versions of an object ask for the same. */
export function sameContents(a: K8sObject, b: K8sObject): boolean {
  return isEmpty(changedFields(a, b));
}

/** Whether two versions of an object have the same scale; one that says nothing of it has any. */
export function sameScale(a: K8sObject, b: K8sObject): boolean {
  const [left, right] = [a, b].map((object) => valueAt(object, 'spec', 'replicas'));
  return !hasScale(a.kind) || left === undefined || right === undefined || left === right;
}

/** Whether the same managers own the same fields of two versions of an object; when they wrote does not count. */
export function sameOwners(a: K8sObject, b: K8sObject): boolean {
  return ownersText(a) === ownersText(b);
}

/** The fields that somebody else than this tool has come to own since. */
export function newlyOwned(before: K8sObject, after: K8sObject): FieldSet {
  const owned = (object: K8sObject) =>
    entriesOf(object)
      .filter(({ manager }) => manager !== FIELD_MANAGER)
      .reduce<FieldSet>((all, { fieldsV1 }) => union(all, fieldsV1), {});
  return asked(after.kind, difference(owned(after), owned(before)));
}

/** The fields of an object to which the server or a controller gives their value. */
export function keptFields(object: K8sObject): FieldSet {
  const all = fieldsOf(object);
  return difference(all, withoutKept(object.kind, all));
}

/** Without containers: one that a controller made for its own annotation is nothing that anybody asked for. */
function asked(kind: string, set: FieldSet): FieldSet {
  return withoutScale(withoutKept(kind, leavesOf(set)), hasScale(kind));
}

function ownersText(object: K8sObject): string {
  const owners = entriesOf(object).flatMap(({ time: _time, fieldsV1, ...entry }) => {
    const fields = asked(object.kind, fieldsV1);
    return isEmpty(fields) ? [] : [canonicalJson({ ...entry, fieldsV1: fields })];
  });
  return owners.sort().join('\n');
}
