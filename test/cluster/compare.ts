import { isArray, isObject, type Json, type JsonObject, sameJson, withoutKey } from '../../src/core/json.ts';
import type { K8sObject } from '../../src/core/object.ts';
import { normalise } from '../../src/diff/normalise.ts';

// What the server or a controller gives an object, different in every cluster.
const ALLOCATED = ['clusterIP', 'clusterIPs', 'nodePort', 'healthCheckNodePort', 'caBundle'];
const KEYS = ['name', 'containerPort', 'port', 'mountPath'];

/** An object for comparison across clusters: noise and what servers allocate taken out, keyed lists in the order of their keys. */
export function comparable(object: K8sObject): JsonObject {
  const { secrets: _tokens, ...rest } = normalise(object);
  return cleanObject(object.kind === 'ServiceAccount' ? rest : normalise(object));
}

function cleanObject(object: JsonObject): JsonObject {
  const entries = Object.entries(object).filter(([key]) => !ALLOCATED.includes(key));
  return Object.fromEntries(entries.map(([key, value]) => [key, clean(value ?? null)]));
}

function clean(value: Json): Json {
  if (isObject(value)) return cleanObject(value);
  if (!isArray(value)) return value;
  const items = value.map(clean);
  const key = KEYS.find(
    (name) => items.length > 0 && items.every((item) => isObject(item) && item[name] !== undefined),
  );
  return key === undefined ? items : [...items].sort((a, b) => (keyOf(a, key) < keyOf(b, key) ? -1 : 1));
}

function keyOf(item: Json, key: string): string {
  return isObject(item) ? JSON.stringify([item[key], item.protocol ?? null]) : '';
}

/** Paths at which two values differ, with both sides. */
export function differences(a: Json | undefined, b: Json | undefined, path = ''): readonly string[] {
  if (sameJson(a, b)) return [];
  if (isObject(a) && isObject(b)) {
    const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
    return keys.flatMap((key) => differences(a[key], b[key], `${path}.${key}`));
  }
  if (isArray(a) && isArray(b) && a.length === b.length)
    return a.flatMap((item, index) => differences(item, b[index], `${path}[${index}]`));
  return [`${path}: ${text(a)} is not ${text(b)}`];
}

function text(value: Json | undefined): string {
  return JSON.stringify(value ?? null).slice(0, 200);
}

/** The object with another selector: where a live one is kept on purpose, it is not compared. */
export function withoutSelector(object: JsonObject): JsonObject {
  return isObject(object.spec) ? { ...object, spec: withoutKey(object.spec, 'selector') } : object;
}
