import { isArray, isObject, type Json, type JsonObject } from '../core/json.ts';
import type { K8sObject } from '../core/object.ts';
import { type FieldType, fieldTypeOf } from './field-type.ts';
import { keyValue } from './list-items.ts';

export { isBuiltIn, type ListTypes, listTypesOf } from './built-in-types.ts';
export type { ListType } from './list-items.ts';

/**
 * The object with the list keys that its author left to the server's defaults: `protocol: TCP` of container and Service ports. Before
 * Kubernetes 1.21 server-side apply refuses an item without them.
 */
export function withListKeyDefaults(object: K8sObject): K8sObject {
  const { apiVersion, kind, metadata } = object;
  return { ...defaultedMap(object, fieldTypeOf(object)), apiVersion, kind, metadata };
}

function defaultedMap(map: JsonObject, type: FieldType): JsonObject {
  if (type.isAtomicMap) return map;
  return Object.fromEntries(
    Object.entries(map).map(([name, value]) => [
      name,
      value === undefined ? value : defaulted(value, type.field(name)),
    ]),
  );
}

function defaulted(value: Json, type: FieldType): Json {
  if (isObject(value)) return defaultedMap(value, type);
  const { list } = type;
  if (!isArray(value) || list === 'atomic' || list === 'set') return value;
  return value.map((item) => (isObject(item) ? { ...missingKeys(item, list), ...defaultedMap(item, type) } : item));
}

function missingKeys(item: JsonObject, keys: readonly string[]): JsonObject {
  const missing = keys.filter((key) => item[key] === undefined || item[key] === null);
  return Object.fromEntries(
    missing.flatMap((key) => {
      const value = keyValue({}, key);
      return value === undefined ? [] : [[key, value] as const];
    }),
  );
}
