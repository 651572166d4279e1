import { isArray, isObject, type Json, type JsonObject } from '../core/json.ts';
import type { K8sObject } from '../core/object.ts';
import { childrenOf, EMPTY, type FieldPath, type FieldSet, isEmpty, isMember, nodeOf } from './field-set.ts';
import { itemIndex, keyNames } from './list-items.ts';

/**
 * The object without the members of a set, as the server removes fields (structured-merge-diff v4, typed.RemoveItems).
 * A member with nothing inside goes whole. An item of a keyed list goes whole if it is itself a member (its defaults, which nobody owns,
 * would keep an empty shell alive); otherwise it keeps its keys. A map or list from which everything was removed goes too.
 * apiVersion, kind, name and namespace stay whatever the set says.
 */
export function withoutFields(object: K8sObject, set: FieldSet): K8sObject {
  return withIdentity(withoutMembers(object, set), object);
}

/**
 * The parts of the object that a set names: what has to be sent again to keep owning them. A member with nothing inside stands for its
 * whole value. Items of keyed lists keep their keys; apiVersion, kind, name and namespace are there in any case.
 */
export function onlyFields(object: K8sObject, set: FieldSet): K8sObject {
  return withIdentity(onlyKeys(object, set), object);
}

/** The members of the set that exist in the object. */
export function fieldsPresent(set: FieldSet, object: K8sObject): FieldSet {
  return nodeOf(false, presentChildren(set, object)) ?? EMPTY;
}

/** The value at a path; undefined where it leads nowhere. */
export function valueAtPath(object: JsonObject, path: FieldPath): Json | undefined {
  let value: Json | undefined = object;
  for (const element of path) value = valueAtElement(value, element);
  return value;
}

function valueAtElement(value: Json | undefined, element: string): Json | undefined {
  if (isObject(value))
    return element.startsWith('f:') && Object.hasOwn(value, element.slice(2)) ? value[element.slice(2)] : undefined;
  if (!isArray(value) || element.startsWith('f:')) return undefined;
  const index = itemIndex(value, element);
  return index === undefined ? undefined : value[index];
}

function withIdentity(
  part: Json | undefined,
  { apiVersion, kind, metadata: { name, namespace } }: K8sObject,
): K8sObject {
  const rest = isObject(part) ? part : {};
  const metadata = isObject(rest.metadata) ? rest.metadata : {};
  return {
    ...rest,
    apiVersion,
    kind,
    metadata: { ...metadata, name, ...(namespace === undefined ? {} : { namespace }) },
  };
}

/** What is left of a value; undefined when nothing is. */
function withoutMembers(value: Json, set: FieldSet): Json | undefined {
  if (isObject(value)) return withoutKeys(value, set);
  return isArray(value) ? withoutItems(value, set) : value;
}

function withoutKeys(map: JsonObject, set: FieldSet): JsonObject | undefined {
  const left: Record<string, Json | undefined> = { ...map };
  for (const [element, node] of childrenOf(set)) {
    const name = element.slice(2);
    const value = valueAtElement(left, element);
    if (value === undefined) continue;
    const rest = isEmpty(node) ? undefined : withoutMembers(value, node);
    if (rest === undefined) delete left[name];
    else left[name] = rest;
  }
  return isEmpty(left) && !isEmpty(map) ? undefined : left;
}

function withoutItems(items: readonly Json[], set: FieldSet): readonly Json[] | undefined {
  const changed = new Map<number, Json | undefined>();
  for (const [element, node] of childrenOf(set)) {
    const index = itemIndex(items, element);
    const item = index === undefined ? undefined : items[index];
    if (index === undefined || item === undefined) continue;
    changed.set(index, isMember(node) ? undefined : withKeys(withoutMembers(item, node), item, element));
  }
  const left = items
    .map((item, index) => (changed.has(index) ? changed.get(index) : item))
    .filter((item) => item !== undefined);
  return left.length === 0 && items.length > 0 ? undefined : left;
}

/** An item that stays is still found by its keys. */
function withKeys(part: Json | undefined, item: Json, element: string): Json | undefined {
  if (!isObject(item)) return part;
  const keys = keyNames(element).flatMap((key) => (item[key] === undefined ? [] : [[key, item[key]] as const]));
  return { ...Object.fromEntries(keys), ...(isObject(part) ? part : {}) };
}

function onlyMembers(value: Json, set: FieldSet): Json | undefined {
  if (isEmpty(set)) return value;
  if (isObject(value)) return onlyKeys(value, set);
  return isArray(value) ? onlyItems(value, set) : undefined;
}

function onlyKeys(map: JsonObject, set: FieldSet): JsonObject | undefined {
  const part: Record<string, Json> = {};
  for (const [element, node] of childrenOf(set)) {
    const value = valueAtElement(map, element);
    const kept = value === undefined ? undefined : onlyMembers(value, node);
    if (kept !== undefined) part[element.slice(2)] = kept;
  }
  return isEmpty(part) && !isMember(set) ? undefined : part;
}

function onlyItems(items: readonly Json[], set: FieldSet): readonly Json[] | undefined {
  const kept = new Map<number, Json>();
  for (const [element, node] of childrenOf(set)) {
    const index = itemIndex(items, element);
    const item = index === undefined ? undefined : items[index];
    if (index === undefined || item === undefined) continue;
    const part = onlyMembers(item, node);
    if (part !== undefined) kept.set(index, withKeys(part, item, element) ?? part);
  }
  const part = items.map((_item, index) => kept.get(index)).filter((item) => item !== undefined);
  return part.length === 0 && !isMember(set) ? undefined : part;
}

function presentChildren(set: FieldSet, value: Json): (readonly [string, FieldSet])[] {
  return childrenOf(set).flatMap(([element, node]) => {
    const child = valueAtElement(value, element);
    const present = child === undefined ? undefined : nodeOf(isMember(node), presentChildren(node, child));
    return present === undefined ? [] : [[element, present] as const];
  });
}
