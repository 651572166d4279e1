import type { Evictor } from './evictor.ts';
import type { Cluster } from './ports.ts';
import { readsOf } from './reads-of.ts';

/** The same cluster with a check that every write has to pass right before it goes out; dry-runs and reads pass freely. */
export function guardedWrites(cluster: Cluster & Evictor, check: () => Promise<void>): Cluster & Evictor {
  const checked = async <T>(write: () => Promise<T>): Promise<T> => {
    await check();
    return write();
  };
  return {
    ...readsOf(cluster),
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
