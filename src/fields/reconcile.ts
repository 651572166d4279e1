import type { K8sObject } from '../core/object.ts';
import { fieldsOf } from './applied-fields.ts';
import { childrenOf, EMPTY, type FieldSet, isEmpty, isMember, nodeOf } from './field-set.ts';
import { type FieldType, fieldTypeOf } from './field-type.ts';

/**
 * A recorded set in terms of what the object is today, as the server reads it before a write (structured-merge-diff v4,
 * typed.ReconcileFieldSetWithSchema): a member with nothing inside, where the object has a map or keyed list with content, stands for
 * all of that content; members inside of what is atomic stand for the whole.
 */
export function reconciled(set: FieldSet, live: K8sObject): FieldSet {
  return nodeOf(false, reconciledChildren(set, fieldsOf(live), fieldTypeOf(live))) ?? EMPTY;
}

function reconciledChildren(set: FieldSet, live: FieldSet, type: FieldType): (readonly [string, FieldSet])[] {
  const present = new Map(childrenOf(live));
  return childrenOf(set).flatMap(([element, node]) => {
    const child = reconciledNode(
      node,
      present.get(element) ?? EMPTY,
      element.startsWith('f:') ? type.field(element.slice(2)) : type,
    );
    return child === undefined ? [] : [[element, child] as const];
  });
}

function reconciledNode(node: FieldSet, live: FieldSet, type: FieldType): FieldSet | undefined {
  if (isEmpty(node)) return nodeOf(true, childrenOf(live));
  if (childrenOf(node).some(([element]) => isInsideAtomic(element, type))) return {};
  return nodeOf(isMember(node), reconciledChildren(node, live, type));
}

function isInsideAtomic(element: string, type: FieldType): boolean {
  return element.startsWith('f:') ? type.isAtomicMap : type.list === 'atomic';
}
