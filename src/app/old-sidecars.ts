import { ApiError } from '../core/errors.ts';
import { refText } from '../core/object.ts';
import { servedVersions } from '../core/resources.ts';
import { parseVersion, sameRelease, versionOfImage } from '../core/version.ts';
import { podInventory } from '../mesh/pod-inventory.ts';
import { likelyDeployment } from '../mesh/workload-key.ts';
import type { Cluster } from './ports.ts';

/** Workloads whose pods have a sidecar of another release, or why that is not known. */
export type OldSidecars =
  | { readonly isKnown: true; readonly workloads: number; readonly namespaces: readonly string[] }
  | { readonly isKnown: false; readonly why: string };

/**
 * Counts them from one list of all pods, page by page.
 * @param release what sidecars are held against, `1.2.10`
 */
export async function oldSidecars(
  cluster: Cluster,
  { istioNamespace, release }: { readonly istioNamespace: string; readonly release: string },
): Promise<OldSidecars> {
  const inventory = podInventory(istioNamespace, (role) => role === 'workload');
  const [resource] = servedVersions(await cluster.discover(['']), { group: '', kind: 'Pod' });
  try {
    if (resource !== undefined) for await (const pod of cluster.list(resource)) inventory.add(pod);
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 403) throw error;
    return { isKnown: false, why: error.message };
  }
  const old = inventory.groups().filter(({ images }) => [...images.keys()].some((image) => !isOf(image, release)));
  const workloads = old.map(({ owner }) => likelyDeployment(owner) ?? owner.ref);
  return {
    isKnown: true,
    workloads: new Set(workloads.map(refText)).size,
    namespaces: [...new Set(workloads.map(({ namespace }) => namespace))].sort(),
  };
}

function isOf(image: string, release: string): boolean {
  const [found, wanted] = [versionOfImage(image), parseVersion(release)];
  return found !== undefined && wanted !== undefined && sameRelease(found, wanted);
}
