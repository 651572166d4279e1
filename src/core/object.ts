import { isObject, type Json, type JsonObject, objectAt, stringAt, valueAt } from './json.ts';

/** A Kubernetes object as raw JSON, with the parts that every object has. */
export interface K8sObject extends JsonObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

export interface ObjectMeta extends JsonObject {
  readonly name: string;
  readonly namespace?: string;
}

/** Which object, whatever the version it is read in. `group` is empty for the core group, `namespace` for cluster-scoped kinds. */
export interface ObjectRef {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

export interface GroupVersion {
  readonly group: string;
  readonly version: string;
}

export function isK8sObject(value: Json | undefined): value is K8sObject {
  if (!isObject(value)) return false;
  return (
    typeof value.apiVersion === 'string' &&
    typeof value.kind === 'string' &&
    typeof valueAt(value, 'metadata', 'name') === 'string'
  );
}

/** `apps/v1` → group `apps`, version `v1`; `v1` → the core group. */
export function parseApiVersion(apiVersion: string): GroupVersion {
  const slash = apiVersion.indexOf('/');
  return slash < 0
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

export function apiVersionOf({ group, version }: GroupVersion): string {
  return group === '' ? version : `${group}/${version}`;
}

export function refOf(object: K8sObject): ObjectRef {
  return {
    group: parseApiVersion(object.apiVersion).group,
    kind: object.kind,
    namespace: object.metadata.namespace ?? '',
    name: object.metadata.name,
  };
}

/** The one way an object is written: `Deployment.apps/istio-system/istio-pilot`, `ClusterRole.rbac.authorization.k8s.io/reader`. */
export function refText(ref: ObjectRef): string {
  const kind = ref.group === '' ? ref.kind : `${ref.kind}.${ref.group}`;
  return [kind, ...(ref.namespace === '' ? [] : [ref.namespace]), ref.name].join('/');
}

/** `Deployment.apps`; `Service` for the core group. */
export function kindText({ group, kind }: Pick<ObjectRef, 'group' | 'kind'>): string {
  return group === '' ? kind : `${kind}.${group}`;
}

/**
 * Reads what `refText` writes.
 * @returns undefined when the text has not two or three parts
 */
export function parseRef(text: string): ObjectRef | undefined {
  const parts = text.split('/');
  const [kindAndGroup, namespace, name] = parts.length === 2 ? [parts[0], '', parts[1]] : parts;
  if (parts.length > 3 || !kindAndGroup || namespace === undefined || !name) return undefined;
  const dot = kindAndGroup.indexOf('.');
  const [kind, group] = dot < 0 ? [kindAndGroup, ''] : [kindAndGroup.slice(0, dot), kindAndGroup.slice(dot + 1)];
  return { group, kind, namespace, name };
}

export function labelsOf(object: JsonObject): Readonly<Record<string, string>> {
  return strings(valueAt(object, 'metadata', 'labels'));
}

export function annotationsOf(object: JsonObject): Readonly<Record<string, string>> {
  return strings(valueAt(object, 'metadata', 'annotations'));
}

export function uidOf(object: K8sObject): string | undefined {
  return stringAt(object.metadata.uid);
}

export function resourceVersionOf(object: K8sObject): string | undefined {
  return stringAt(object.metadata.resourceVersion);
}

function strings(value: Json | undefined): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [key, item] of Object.entries(objectAt(value))) if (typeof item === 'string') found[key] = item;
  return found;
}
