import type { ApiResources } from '../core/resources.ts';
import type { Cluster } from './ports.ts';

/** What a server says of itself. */
export interface Server {
  /** `v1.20.2` */
  readonly version: string;
  readonly resources: ApiResources;
}

/** @param groups the API groups that it is asked about */
export async function askServer(cluster: Cluster, groups: readonly string[]): Promise<Server> {
  const [version, resources] = await Promise.all([cluster.version(), cluster.discover([...new Set(groups)])]);
  return { version, resources };
}
