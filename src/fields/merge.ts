import { isArray, isObject, type Json, type JsonObject } from '../core/json.ts';
import { type K8sObject, parseApiVersion } from '../core/object.ts';
import { isBuiltIn } from './built-in-types.ts';
import { type FieldType, fieldTypeOf } from './field-type.ts';
import { itemElement, itemIndex } from './list-items.ts';

/**
 * Server-side apply's merge of an applied configuration over a live object (structured-merge-diff v4, typed.Merge), without removals.
 * Maps are merged by key; keyed lists by their keys and sets by value, in the live order with what is new at the end; atomic lists and
 * maps and scalars are replaced. Nulls that say nothing are dropped first. The result has the body's apiVersion and kind.
 */
export function mergeApplied(live: K8sObject, body: K8sObject): K8sObject {
  const { apiVersion, kind } = body;
  const type = fieldTypeOf(body);
  const applied = withoutEmptyNulls(body);
  const merged = mergedMaps(live, applied, type);
  const metadata = isObject(applied.metadata)
    ? mergedMaps(live.metadata, applied.metadata, type.field('metadata'))
    : live.metadata;
  return { ...merged, apiVersion, kind, metadata: { ...metadata, name: live.metadata.name, ...namespaceOf(live) } };
}

/**
 * A body without the nulls that say nothing. To a built-in kind null is absence; a custom resource without a schema keeps it as a value,
 * outside its metadata.
 */
export function withoutEmptyNulls(body: K8sObject): K8sObject {
  const { apiVersion, kind, metadata } = body;
  const rest = isBuiltIn(parseApiVersion(apiVersion)) ? withoutNulls(body) : body;
  return { ...rest, apiVersion, kind, metadata: { ...withoutNulls(metadata), name: metadata.name } };
}

/** A copy without fields that are null, at any depth. */
function withoutNulls(map: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(map).flatMap(([key, value]) =>
      value === null || value === undefined ? [] : [[key, cleaned(value)]],
    ),
  );
}

function cleaned(value: Json): Json {
  if (isArray(value)) return value.map(cleaned);
  return isObject(value) ? withoutNulls(value) : value;
}

function namespaceOf({ metadata: { namespace } }: K8sObject): { namespace?: string } {
  return namespace === undefined ? {} : { namespace };
}

function merged(live: Json | undefined, applied: Json, type: FieldType): Json {
  if (isObject(live) && isObject(applied) && !type.isAtomicMap) return mergedMaps(live, applied, type);
  if (isArray(live) && isArray(applied) && type.list !== 'atomic') return mergedItems(live, applied, type);
  return applied;
}

function mergedMaps(live: JsonObject, applied: JsonObject, type: FieldType): JsonObject {
  const entries = Object.entries(applied).flatMap(([name, value]) => {
    return value === undefined ? [] : [[name, merged(live[name], value, type.field(name))] as const];
  });
  return { ...live, ...Object.fromEntries(entries) };
}

function mergedItems(live: readonly Json[], applied: readonly Json[], type: FieldType): readonly Json[] {
  const { list } = type;
  if (list === 'atomic') return applied;
  const items = [...live];
  for (const [position, item] of applied.entries()) {
    const index = itemIndex(live, itemElement(list, item, position));
    if (index === undefined) items.push(item);
    else items[index] = merged(live[index], item, type);
  }
  return items;
}
