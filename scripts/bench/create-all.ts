import type { K8sObject } from '../../src/core/object.ts';
import type { TestCluster } from '../../test/cluster/harness/cluster.ts';

const PARALLEL = 24;

/** Writes objects to a real API server, several at a time. */
export async function createAll(cluster: TestCluster, objects: readonly K8sObject[]): Promise<void> {
  await forEach(objects, async (object) => {
    await cluster.create(object);
  });
}

/** Does something with each, several at a time. */
export async function forEach<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const rest = all.values();
  const worker = async (): Promise<void> => {
    for (const one of rest) await work(one);
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
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
