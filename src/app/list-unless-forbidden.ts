import { ApiError } from '../core/errors.ts';
import type { K8sObject, ObjectRef } from '../core/object.ts';
import { type ApiResources, servedVersions } from '../core/resources.ts';
import type { Cluster, ListQuery } from './ports.ts';
import { collect } from './read-state.ts';

export interface KindQuery {
  readonly kind: Pick<ObjectRef, 'group' | 'kind'>;
  readonly query: ListQuery;
}

/** The objects of a kind, none where the server does not serve it; or the refusal, where they may not be listed. */
export async function listUnlessForbidden(
  cluster: Cluster,
  resources: ApiResources,
  { kind, query }: KindQuery,
): Promise<readonly K8sObject[] | { readonly forbidden: ApiError }> {
  const [resource] = servedVersions(resources, kind);
  if (resource === undefined) return [];
  try {
    return await collect(cluster.list(resource, query));
  } catch (error) {
    if (error instanceof ApiError && error.status === 403) return { forbidden: error };
    throw error;
  }
}
