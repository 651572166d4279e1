/** A JSON value. Objects of the API server travel as these, so that no field is lost on the way. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** The value as an object; an empty one when it is anything else. */
export function objectAt(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

/** The value as a list; an empty one when it is anything else. */
export function listAt(value: Json | undefined): readonly Json[] {
  return isArray(value) ? value : [];
}

export function stringAt(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function numberAt(value: Json | undefined): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

/**
 * The value at a path of keys and list positions.
 * @returns undefined where the path leads nowhere
 */
export function valueAt(root: Json | undefined, ...path: readonly (string | number)[]): Json | undefined {
  let value: Json | undefined = root;
  for (const key of path) {
    if (typeof key === 'number') value = isArray(value) ? value[key] : undefined;
    else value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }
  return value;
}

/** A copy with the value set at a path of keys; objects on the way are made where they are missing. */
export function withValue(root: JsonObject, path: readonly string[], value: Json): JsonObject {
  const [key, ...rest] = path;
  if (key === undefined) return root;
  return { ...root, [key]: rest.length === 0 ? value : withValue(objectAt(root[key]), rest, value) };
}

/** A copy without the value at a path of keys; the objects on the way stay, even when they end up empty. */
export function withoutValue(root: JsonObject, path: readonly string[]): JsonObject {
  const [key, ...rest] = path;
  if (key === undefined || root[key] === undefined) return root;
  if (rest.length === 0) return withoutKey(root, key);
  const child = root[key];
  return isObject(child) ? { ...root, [key]: withoutValue(child, rest) } : root;
}

export function withoutKey(object: JsonObject, key: string): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
}

/** Deep equality of JSON values; the order of an object's keys does not count, a list's does. */
export function sameJson(a: Json | undefined, b: Json | undefined): boolean {
  if (a === b) return true;
  if (isArray(a) && isArray(b)) return a.length === b.length && a.every((item, index) => sameJson(item, b[index]));
  if (!isObject(a) || !isObject(b)) return false;
  const keys = definedKeys(a);
  return keys.length === definedKeys(b).length && keys.every((key) => b[key] !== undefined && sameJson(a[key], b[key]));
}

function definedKeys(object: JsonObject): string[] {
  return Object.keys(object).filter((key) => object[key] !== undefined);
}

/** Whether lists and objects are nested more than so many levels deep; what is deeper is not looked at. */
export function isDeeperThan(value: Json | undefined, levels: number): boolean {
  if (levels < 0) return true;
  if (isArray(value)) return value.some((item) => isDeeperThan(item, levels - 1));
  return isObject(value) && Object.values(value).some((item) => isDeeperThan(item, levels - 1));
}

/** The same text for equal values: keys sorted, no white space. */
export function canonicalJson(value: Json | undefined): string {
  if (isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value ?? null);
  const members = definedKeys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key])}`);
  return `{${members.join(',')}}`;
}
