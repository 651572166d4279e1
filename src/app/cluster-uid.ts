import type { Access } from '../core/access.ts';
import { uidOf } from '../core/object.ts';
import { NAMESPACES } from '../core/resources.ts';
import type { Cluster } from './ports.ts';

const SYSTEM = 'kube-system';

export const UID_ACCESS: Access = { ...NAMESPACES, verbs: ['get'], names: [SYSTEM] };

/**
 * The uid of namespace kube-system, which every cluster has had from its start: it tells clusters apart whatever their addresses.
 * @returns undefined where there is none
 * @throws ApiError (403) when it may not be read
 */
export async function clusterUid(cluster: Cluster): Promise<string | undefined> {
  const system = await cluster.get(NAMESPACES, { namespace: '', name: SYSTEM });
  return system && uidOf(system);
}
