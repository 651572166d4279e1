import type { Mesh } from '../../../../mesh/mesh.ts';
import { type Traffic, trafficOf } from '../../../../mesh/traffic.ts';
import { istio11 } from '../../semantics.ts';

// Several checks ask the same of one mesh, and its indexes take longer to make than most checks do.
const made = new WeakMap<Mesh, Traffic>();

/** What decides who talks to whom today, as 1.1 reads it; made once a mesh. */
export function trafficToday(mesh: Mesh): Traffic {
  const known = made.get(mesh);
  if (known !== undefined) return known;
  const traffic = trafficOf(mesh.snapshot, mesh.istioNamespace, istio11);
  made.set(mesh, traffic);
  return traffic;
}
