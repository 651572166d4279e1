import type { Cluster } from './ports.ts';

/** All of a cluster that writes nothing, for who puts something before its writes. */
export function readsOf(cluster: Cluster): Omit<Cluster, 'apply' | 'update' | 'patch' | 'delete'> {
  return {
    address: cluster.address,
    version: () => cluster.version(),
    discover: (groups) => cluster.discover(groups),
    get: (resource, ref) => cluster.get(resource, ref),
    list: (resource, query) => cluster.list(resource, query),
    allows: (right) => cluster.allows(right),
    askService: (service, path) => cluster.askService(service, path),
    close: () => cluster.close(),
  };
}
