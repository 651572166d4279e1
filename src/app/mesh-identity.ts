import { ApiError } from '../core/errors.ts';
import type { MeshIdentity } from '../plan/choose-runs.ts';
import { clusterUid } from './cluster-uid.ts';
import type { Cluster } from './ports.ts';

/** Which mesh this is: an address may lead to another cluster tomorrow, and a cluster may have several. */
export async function meshIdentity(cluster: Cluster, istioNamespace: string): Promise<MeshIdentity> {
  const uid = await clusterUid(cluster).catch((error: unknown) => {
    if (error instanceof ApiError && error.status === 403) return undefined;
    throw error;
  });
  return { address: cluster.address, uid, istioNamespace };
}
