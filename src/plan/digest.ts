import { canonicalJson, isArray, isObject, type Json, type JsonObject, objectAt, withoutKey } from '../core/json.ts';
import type { K8sObject } from '../core/object.ts';

/**
 * What has to be the same for an object to be "as it was shown": everything but its status and the bookkeeping that every status
 * update changes (resourceVersion, generation, the times in managedFields and the entries that own nothing but status).
 * @returns canonical text, equal for equal objects
 */
export function fingerprint(object: K8sObject): string {
  const { resourceVersion: _version, generation: _generation, managedFields, ...metadata } = object.metadata;
  const { status: _status, ...rest } = object;
  return canonicalJson({ ...rest, metadata: { ...metadata, managedFields: ownership(managedFields) } });
}

function ownership(managedFields: Json | undefined): Json {
  if (!isArray(managedFields)) return [];
  return managedFields
    .flatMap((entry) => (isObject(entry) ? withoutStatus(entry) : []))
    .map(canonicalJson)
    .sort();
}

function withoutStatus(entry: JsonObject): readonly JsonObject[] {
  const fields = withoutKey(objectAt(entry.fieldsV1), 'f:status');
  return Object.keys(fields).length === 0 ? [] : [{ ...withoutKey(entry, 'time'), fieldsV1: fields }];
}
