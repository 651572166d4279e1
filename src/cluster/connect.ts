import type { ApiClientOptions } from './api-client.ts';
import { ApiCluster } from './api-cluster.ts';
import type { ConnectionOptions, Surroundings } from './connection.ts';
import { loadConnection } from './kubeconfig.ts';

export type ConnectSurroundings = Surroundings & Omit<ApiClientOptions, 'requestTimeout' | 'concurrency'>;

/**
 * The cluster that the flags, the kubeconfig and the environment lead to. It is not spoken to yet.
 * @throws UpgradeError (usage) for a file, context, cluster or user that does not exist
 */
export async function connect(options: ConnectionOptions, surroundings: ConnectSurroundings): Promise<ApiCluster> {
  const { requestTimeout, concurrency } = options;
  const connection = await loadConnection(options, surroundings);
  return new ApiCluster(connection, { ...surroundings, requestTimeout, concurrency });
}
