import type { K8sObject } from '../../src/core/object.ts';
import type { TestCluster } from '../../test/cluster/harness/cluster.ts';
import { LABEL, type Member, namespaceObjects } from './big-mesh.ts';
import { createAll, forEach } from './create-all.ts';

/** Puts the namespaces of the big mesh into a cluster. */
export async function createNamespaces(cluster: TestCluster): Promise<void> {
  await createAll(cluster, namespaceObjects());
}

/**
 * Adds members of the big mesh. Nobody answers for the injector there, and these pods have their sidecars: it is not called for them, since
 * their namespaces get its label afterwards.
 */
export async function addMembers(cluster: TestCluster, members: readonly Member[]): Promise<void> {
  await label(cluster, null);
  await createAll(
    cluster,
    members.flatMap(({ objects }) => objects),
  );
  const pods = members.flatMap(({ pods }) => pods);
  await createAll(cluster, pods);
  await forEach(pods, (pod) => report(cluster, pod));
  await label(cluster, 'enabled');
}

async function report(cluster: TestCluster, pod: K8sObject): Promise<void> {
  const options = { subresource: 'status', fieldManager: 'kubelet' };
  await cluster.patch(pod, 'merge', { status: pod.status ?? null }, options);
}

async function label(cluster: TestCluster, value: string | null): Promise<void> {
  const namespaces = namespaceObjects().filter(({ kind }) => kind === 'Namespace');
  await forEach(namespaces, async (namespace) => {
    await cluster.patch(namespace, 'merge', { metadata: { labels: { [LABEL]: value } } });
  });
}
