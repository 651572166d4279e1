import {
  canonicalJson,
  isArray,
  isObject,
  type Json,
  type JsonObject,
  objectAt,
  valueAt,
  withoutKey,
} from '../core/json.ts';
import type { K8sObject } from '../core/object.ts';

/**
 * What has to be the same for an object to be "as it was shown": everything but its status and the bookkeeping that every status
 * update changes (resourceVersion, generation, the times in managedFields and the entries that own nothing but status).
 * @param ignoresScale leave the number of replicas out too: an autoscaler may change it at any time
 * @returns canonical text, equal for equal objects
 */
export function fingerprint(object: K8sObject, { ignoresScale = false } = {}): string {
  const { resourceVersion: _version, generation: _generation, managedFields, ...metadata } = object.metadata;
  const { status: _status, ...rest } = ignoresScale ? withoutReplicas(object) : object;
  return canonicalJson({ ...rest, metadata: { ...metadata, managedFields: ownership(managedFields, ignoresScale) } });
}

function ownership(managedFields: Json | undefined, ignoresScale: boolean): Json {
  if (!isArray(managedFields)) return [];
  const entries = managedFields.filter((entry) => !(ignoresScale && valueAt(entry, 'subresource') === 'scale'));
  return entries
    .flatMap((entry) => (isObject(entry) ? withoutStatus(entry) : []))
    .map(canonicalJson)
    .sort();
}

function withoutReplicas(object: K8sObject): K8sObject {
  return isObject(object.spec) ? { ...object, spec: withoutKey(object.spec, 'replicas') } : object;
}

function withoutStatus(entry: JsonObject): readonly JsonObject[] {
  const fields = withoutKey(objectAt(entry.fieldsV1), 'f:status');
  return Object.keys(fields).length === 0 ? [] : [{ ...withoutKey(entry, 'time'), fieldsV1: fields }];
}
