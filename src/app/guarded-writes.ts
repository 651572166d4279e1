import type { Evictor } from './evictor.ts';
import type { Cluster } from './ports.ts';

/** The same cluster with a check that every write has to pass right before it goes out; dry-runs and reads pass freely. */
export function guardedWrites(cluster: Cluster & Evictor, check: () => Promise<void>): Cluster & Evictor {
  const checked = async <T>(write: () => Promise<T>): Promise<T> => {
    await check();
    return write();
  };
  return {
    address: cluster.address,
    version: () => cluster.version(),
    discover: (groups) => cluster.discover(groups),
    get: (resource, ref) => cluster.get(resource, ref),
    list: (resource, query) => cluster.list(resource, query),
    allows: (right) => cluster.allows(right),
    askService: (service, path) => cluster.askService(service, path),
    close: () => cluster.close(),
    apply: (resource, body, options) => {
      const write = () => cluster.apply(resource, body, options);
      return options?.dryRun ? write() : checked(write);
    },
    update: (resource, body, options) => {
      const write = () => cluster.update(resource, body, options);
      return options?.dryRun ? write() : checked(write);
    },
    patch: (resource, ref, patch) => checked(() => cluster.patch(resource, ref, patch)),
    delete: (resource, ref, options) => checked(() => cluster.delete(resource, ref, options)),
    evict: (pod) => checked(() => cluster.evict(pod)),
  };
}
