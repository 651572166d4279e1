import { labelsOf } from '../core/object.ts';
import { find } from '../core/snapshot.ts';
import { imageName } from './control-plane.ts';
import type { Mesh } from './mesh.ts';

/**
 * The names of the releases that a control plane belongs to: label `release` of its workloads. Gateways do not count: they may be releases
 * of their own.
 * @returns in their order; none where it was not rendered from Istio's chart
 */
export function releaseNamesOf({ components, snapshot }: Pick<Mesh, 'components' | 'snapshot'>): readonly string[] {
  const workloads = components
    .filter(({ image }) => imageName(image) !== 'proxyv2')
    .flatMap(({ ref }) => find(snapshot, ref) ?? []);
  return [...new Set(workloads.flatMap((workload) => labelsOf(workload).release ?? []))].sort();
}
