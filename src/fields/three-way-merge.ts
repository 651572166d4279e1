import { isArray, isObject, type Json, type JsonObject, sameJson, withoutKey } from '../core/json.ts';
import { type K8sObject, parseApiVersion } from '../core/object.ts';
import { isBuiltIn } from './built-in-types.ts';
import { ordered } from './element-order.ts';
import { type PatchType, patchTypeOf } from './patch-type.ts';

/** What a client that merges on its own side goes by. */
export interface ThreeWay {
  /** The manifest of last time. */
  readonly original: JsonObject;
  /** The manifest of now. */
  readonly modified: K8sObject;
  readonly live: K8sObject;
}

/**
 * What Helm makes of a live object: for kinds that it has types of (the built-in ones), a strategic merge of three sides; for all others and
 * for CustomResourceDefinitions `v1beta1`, a JSON merge patch of the two manifests alone, which leaves what only the live object says otherwise.
 * Takes three whole objects of one kind, returns the live one as the patch leaves it; nothing is thrown.
 * @see https://github.com/helm/helm/blob/v3.17.1/pkg/kube/client.go `createPatch`
 */
export function mergedByHelm({ original, modified, live }: ThreeWay): K8sObject {
  const { apiVersion, kind, metadata } = live;
  const isStrategic = isBuiltIn(parseApiVersion(modified.apiVersion)) && !isOldCrd(modified);
  const merged = isStrategic
    ? mergedMaps({ original, modified, live }, patchTypeOf(modified.kind))
    : patchedMap({ original, modified, live });
  const { name, namespace } = metadata;
  const place = namespace === undefined ? { name } : { name, namespace };
  return { ...merged, apiVersion, kind, metadata: { ...(isObject(merged.metadata) ? merged.metadata : {}), ...place } };
}

function isOldCrd({ apiVersion, kind }: K8sObject): boolean {
  return kind === 'CustomResourceDefinition' && apiVersion === 'apiextensions.k8s.io/v1beta1';
}

interface Sides<T> {
  readonly original: T;
  readonly modified: T;
  readonly live: T;
}

/** Null in a manifest is a patch's word for absence. */
function mergedMaps({ original, modified, live }: Sides<JsonObject>, type: PatchType): JsonObject {
  let merged: JsonObject = live;
  for (const key of Object.keys(original)) if (isGone(key, original, modified)) merged = withoutKey(merged, key);
  for (const [key, value] of Object.entries(modified)) {
    if (value === undefined) continue;
    if (value === null) merged = withoutKey(merged, key);
    else
      merged = {
        ...merged,
        [key]: mergedValue({ original: original[key], modified: value, live: live[key] }, type.field(key)),
      };
  }
  return type.retainsKeys && !sameJson(merged, live) ? onlyKeysOf(modified, merged) : merged;
}

function isGone(key: string, original: JsonObject, modified: JsonObject): boolean {
  return original[key] !== undefined && original[key] !== null && modified[key] === undefined;
}

/** `patchStrategy: retainKeys`: of the members of a union, those that the manifest does not name go. */
function onlyKeysOf(modified: JsonObject, merged: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(merged).filter(([key]) => modified[key] !== undefined));
}

interface Values {
  readonly original: Json | undefined;
  readonly modified: Json;
  readonly live: Json | undefined;
}

function mergedValue({ original, modified, live }: Values, type: PatchType): Json {
  if (type.isReplaced) return modified;
  if (isObject(modified) && isObject(live))
    return mergedMaps({ original: isObject(original) ? original : {}, modified, live }, type);
  if (isArray(modified) && isArray(live) && type.list !== 'atomic')
    return mergedItems({ original: isArray(original) ? original : [], modified, live }, type);
  return isObject(modified) ? withoutNulls(modified) : modified;
}

function mergedItems({ original, modified, live }: Sides<readonly Json[]>, type: PatchType): readonly Json[] {
  const same = (a: Json) => (b: Json) => sameJson(identity(a, type), identity(b, type));
  const gone = original.filter((item) => !modified.some(same(item)));
  const theirs = live.filter((item) => !modified.some(same(item)) && !gone.some(same(item)));
  const ours = modified.map((item) => {
    const values = { original: original.find(same(item)), modified: item, live: live.find(same(item)) };
    return type.list === 'set' ? item : mergedValue(values, type);
  });
  return ordered({ ours, theirs, live }, (item) => identity(item, type));
}

function identity(item: Json, { list }: PatchType): Json | undefined {
  if (typeof list !== 'object') return item;
  return isObject(item) ? item[list.key] : undefined;
}

function withoutNulls(map: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(map).flatMap(([key, value]) =>
      value === null || value === undefined ? [] : [[key, isObject(value) ? withoutNulls(value) : value] as const],
    ),
  );
}

/** A JSON merge patch (RFC 7386) of what differs between the manifests. */
function patchedMap({ original, modified, live }: Sides<JsonObject>): JsonObject {
  let patched: JsonObject = live;
  for (const key of Object.keys(original)) if (isGone(key, original, modified)) patched = withoutKey(patched, key);
  for (const [key, value] of Object.entries(modified)) {
    const before = original[key];
    if (value === undefined || sameJson(before, value)) continue;
    if (value === null) patched = withoutKey(patched, key);
    else patched = { ...patched, [key]: patchedValue({ original: before, modified: value, live: live[key] }) };
  }
  return patched;
}

function patchedValue({ original, modified, live }: Values): Json {
  if (!isObject(modified)) return modified;
  const [before, there] = [isObject(original) ? original : {}, isObject(live) ? live : {}];
  return patchedMap({ original: before, modified, live: there });
}
