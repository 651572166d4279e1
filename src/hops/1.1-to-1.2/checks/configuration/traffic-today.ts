import type { Mesh } from '../../../../mesh/mesh.ts';
import { type Traffic, trafficOf } from '../../../../mesh/traffic.ts';
import { istio11 } from '../../semantics.ts';

/** What decides who talks to whom today, as 1.1 reads it. */
export function trafficToday(mesh: Mesh): Traffic {
  return trafficOf(mesh.snapshot, mesh.istioNamespace, istio11);
}
