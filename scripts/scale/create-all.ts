import type { K8sObject } from '../../src/core/object.ts';
import type { TestCluster } from '../../test/cluster/harness/cluster.ts';

const PARALLEL = 24;

/** Writes objects to a real API server, several at a time. */
export async function createAll(cluster: TestCluster, objects: readonly K8sObject[]): Promise<void> {
  const rest = objects.values();
  const work = async (): Promise<void> => {
    for (const object of rest) await cluster.create(object);
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
}

/** A Pilot of that release, which tells what the mesh runs. */
export function pilot(version: string): K8sObject {
  const labels = { istio: 'pilot' };
  const spec = { containers: [{ name: 'discovery', image: `docker.io/istio/pilot:${version}` }] };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace: 'istio-system', name: 'istio-pilot' },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
}
