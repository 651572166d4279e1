import { ApiError, UpgradeError } from '../core/errors.ts';
import { clusterUid } from './cluster-uid.ts';
import type { Cluster } from './ports.ts';

/**
 * Which cluster this is, whatever the address it is reached at: the uid of a namespace that every cluster has had from its start.
 * @throws UpgradeError when that may not be read
 */
export async function clusterIdentity(cluster: Cluster): Promise<string> {
  const uid = await clusterUid(cluster).catch((error: unknown) => {
    if (error instanceof ApiError && error.status === 403) throw unknown(cluster, error);
    throw error;
  });
  if (uid === undefined) throw unknown(cluster, undefined);
  return `cluster ${uid}`;
}

function unknown({ address }: Cluster, cause: ApiError | undefined): UpgradeError {
  return new UpgradeError(
    `it cannot be told which cluster ${address} is: ${cause?.message ?? 'it has no namespace kube-system'}`,
    {
      hint: 'a saved plan is for one cluster, known by the uid of its namespace kube-system: get the right to read that',
      cause,
    },
  );
}
