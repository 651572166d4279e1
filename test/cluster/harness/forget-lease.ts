import type { TestCluster } from './cluster.ts';

const LEASE = {
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { namespace: 'istio-system', name: 'istio-upgrade' },
} as const;

/** As if the time of a killed run's lease had run out: the next run need not watch it for half a minute. */
export function forgetLease(cluster: TestCluster): Promise<void> {
  return cluster.delete(LEASE);
}
