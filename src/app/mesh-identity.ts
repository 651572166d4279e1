import { ApiError } from '../core/errors.ts';
import { uidOf } from '../core/object.ts';
import type { ApiResource } from '../core/resources.ts';
import type { MeshIdentity } from '../plan/choose-runs.ts';
import type { Cluster } from './ports.ts';

const NAMESPACES: ApiResource = {
  group: '',
  version: 'v1',
  kind: 'Namespace',
  resource: 'namespaces',
  namespaced: false,
  verbs: [],
};

/** Which mesh this is: an address may lead to another cluster tomorrow, and a cluster may have several. */
export async function meshIdentity(cluster: Cluster, istioNamespace: string): Promise<MeshIdentity> {
  const system = await cluster.get(NAMESPACES, { namespace: '', name: 'kube-system' }).catch((error: unknown) => {
    if (error instanceof ApiError && error.status === 403) return undefined;
    throw error;
  });
  return { address: cluster.address, uid: system && uidOf(system), istioNamespace };
}
