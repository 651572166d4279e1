import { labelsOf } from '../core/object.ts';
import { find } from '../core/snapshot.ts';
import type { Mesh } from './mesh.ts';

/**
 * The names of the releases that a control plane belongs to: label `release` of its workloads.
 * @returns in their order; none where it was not rendered from Istio's chart
 */
export function releaseNamesOf({ components, snapshot }: Pick<Mesh, 'components' | 'snapshot'>): readonly string[] {
  const workloads = components.flatMap(({ ref }) => find(snapshot, ref) ?? []);
  return [...new Set(workloads.flatMap((workload) => labelsOf(workload).release ?? []))].sort();
}
