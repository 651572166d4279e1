import { createHash } from 'node:crypto';
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
 * update changes (resourceVersion, generation, the times in managedFields, the entries that own nothing but status, and the revision
 * that the Deployment controller notes down).
 * @param ignoresScale leave the number of replicas out too: an autoscaler may change it at any time
 * @param ignoresOwners leave out who owns what
 * @returns canonical text, equal for equal objects
 */
export function fingerprint(object: K8sObject, { ignoresScale = false, ignoresOwners = false } = {}): string {
  const { resourceVersion: _version, generation: _generation, managedFields, ...named } = object.metadata;
  const metadata = withoutNested(named, 'annotations', REVISION);
  const { status: _status, ...rest } = ignoresScale ? withoutReplicas(object) : object;
  const owners = ignoresOwners ? [] : ownership(managedFields, ignoresScale);
  return canonicalJson({ ...rest, metadata: { ...metadata, managedFields: owners } });
}

/** The fingerprint, short. @returns `sha256:` and 64 hexadecimal digits */
export function digestOf(object: K8sObject, { ignoresScale = false } = {}): string {
  return `sha256:${createHash('sha256').update(fingerprint(object, { ignoresScale })).digest('hex')}`;
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
  const own = withoutKey(objectAt(entry.fieldsV1), 'f:status');
  const annotated = withoutNested(objectAt(own['f:metadata']), 'f:annotations', `f:${REVISION}`);
  const fields = withChild(own, 'f:metadata', annotated);
  return Object.keys(fields).length === 0 ? [] : [{ ...withoutKey(entry, 'time'), fieldsV1: fields }];
}

const REVISION = 'deployment.kubernetes.io/revision';

/** Without one key of an object inside, and without that object when nothing else is in it. */
function withoutNested(object: JsonObject, inner: string, key: string): JsonObject {
  const child = objectAt(object[inner]);
  return Object.hasOwn(child, key) ? withChild(object, inner, withoutKey(child, key)) : object;
}

/** `.` in a set of fields stands for the container itself. */
function withChild(object: JsonObject, key: string, child: JsonObject): JsonObject {
  const isEmpty = Object.keys(child).every((name) => name === '.');
  return isEmpty ? withoutKey(object, key) : { ...object, [key]: child };
}
