import { isArray, isObject, type Json, type JsonObject } from '../core/json.ts';
import type { K8sObject } from '../core/object.ts';
import { difference, EMPTY, type FieldSet, nodeOf } from './field-set.ts';
import { type FieldType, fieldTypeOf } from './field-type.ts';
import { itemElement } from './list-items.ts';

// What nobody owns: stripmeta.go of the API server's field managers.
const STRIPPED: FieldSet = {
  'f:apiVersion': {},
  'f:kind': {},
  'f:metadata': {
    '.': {},
    'f:name': {},
    'f:namespace': {},
    'f:creationTimestamp': {},
    'f:selfLink': {},
    'f:uid': {},
    'f:clusterName': {},
    'f:generation': {},
    'f:managedFields': {},
    'f:resourceVersion': {},
  },
};

/**
 * The set of fields that the server records for a manager that applies this object: every scalar, atomic list and atomic map, and every
 * item of a keyed list. Empty structs of built-in kinds (`emptyDir: {}`) are not recorded; all maps of custom resources are.
 * Custom resources are taken to have no schema, as Istio's have none: see `fieldTypeOf`.
 */
export function fieldsOf(object: K8sObject): FieldSet {
  return withoutUnowned(nodeOf(false, fieldsOfMap(object, fieldTypeOf(object))) ?? EMPTY);
}

/** The set without what a server never records: names, versions and what it fills in itself. */
export function withoutUnowned(set: FieldSet): FieldSet {
  return difference(set, STRIPPED);
}

function nodeOfValue(value: Json, type: FieldType): FieldSet | undefined {
  if (isObject(value)) return type.isAtomicMap ? {} : nodeOf(type.isListed, fieldsOfMap(value, type));
  if (!isArray(value)) return value === null && !type.isListed ? undefined : {};
  return type.list === 'atomic' ? {} : nodeOf(false, fieldsOfItems(value, type));
}

function fieldsOfMap(map: JsonObject, type: FieldType): (readonly [string, FieldSet])[] {
  return Object.entries(map).flatMap(([name, value]) => {
    const node = value === undefined ? undefined : nodeOfValue(value, type.field(name));
    return node === undefined ? [] : [[`f:${name}`, node] as const];
  });
}

function fieldsOfItems(items: readonly Json[], type: FieldType): (readonly [string, FieldSet])[] {
  const { list } = type;
  if (list === 'atomic') return [];
  return items.map((item, index) => {
    const fields = isObject(item) ? fieldsOfMap(item, type) : [];
    return [itemElement(list, item, index), nodeOf(true, fields) ?? EMPTY] as const;
  });
}
