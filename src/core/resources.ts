import { apiVersionOf, type GroupVersion, type ObjectRef } from './object.ts';

/** One resource that a server serves, as its discovery answers. */
export interface ApiResource extends GroupVersion {
  readonly kind: string;
  /** Plural name, as in request paths. */
  readonly resource: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

/** What a server serves: per kind, in the server's order of preference. */
export interface ApiResources {
  readonly all: readonly ApiResource[];
}

/** All versions in which a kind of a group is served, the preferred one first. */
export function servedVersions(
  resources: ApiResources,
  { group, kind }: Pick<ObjectRef, 'group' | 'kind'>,
): readonly ApiResource[] {
  return resources.all.filter((resource) => resource.group === group && resource.kind === kind);
}

/** The resource behind an apiVersion and kind; undefined where the server does not serve it. */
export function findResource(resources: ApiResources, apiVersion: string, kind: string): ApiResource | undefined {
  return resources.all.find((resource) => resource.kind === kind && apiVersionOf(resource) === apiVersion);
}

/** Every server has them, so nobody asks whether. */
export const NAMESPACES: ApiResource = {
  group: '',
  version: 'v1',
  kind: 'Namespace',
  resource: 'namespaces',
  namespaced: false,
  verbs: [],
};
