import type { ObjectRef } from '../core/object.ts';
import { type GroupVersion, refText } from '../core/object.ts';
import type { ApiResource } from '../core/resources.ts';

/** `/api/v1`, `/apis/apps/v1` */
export function groupVersionPath({ group, version }: GroupVersion): string {
  return group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
}

/** Where the objects of a kind are listed: in one namespace, or in all. */
export function collectionPath(resource: ApiResource, namespace: string | undefined): string {
  const scope = resource.namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${groupVersionPath(resource)}${scope}/${resource.resource}`;
}

export function objectPath(resource: ApiResource, { namespace, name }: Pick<ObjectRef, 'namespace' | 'name'>): string {
  return `${collectionPath(resource, namespace)}/${encodeURIComponent(name)}`;
}

/** Parameters that are undefined or empty are left out. */
export function withQuery(path: string, parameters: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(parameters).flatMap(([key, value]) =>
    value ? [`${key}=${encodeURIComponent(value)}`] : [],
  );
  return given.length === 0 ? path : `${path}?${given.join('&')}`;
}

/** The object as messages write it. */
export function textOf(resource: ApiResource, { namespace, name }: Pick<ObjectRef, 'namespace' | 'name'>): string {
  const { group, kind } = resource;
  return refText({ group, kind, namespace: resource.namespaced ? namespace : '', name });
}
