import type { Mesh } from '../../../../mesh/mesh.ts';
import type { ControlPlanePart, MeshStatus } from '../../../../mesh/mesh-status.ts';
import type { Selection } from '../../../../plan/hop.ts';

/** Those outside the control plane's namespace, but proxies of type `ingress`, which 1.2 refuses wherever they are. */
export function partsElsewhere(
  parts: readonly ControlPlanePart[],
  istioNamespace: string,
): readonly ControlPlanePart[] {
  return parts.filter(({ ref, nodeType }) => ref.namespace !== istioNamespace && nodeType !== 'ingress');
}

/** The Deployments of gateways elsewhere, whose update strategy no status tells. */
export function gatewayDeployments({
  mesh,
  status,
}: {
  readonly mesh: Mesh;
  readonly status: MeshStatus | undefined;
}): readonly Selection[] {
  return partsElsewhere(status?.gateways ?? [], mesh.istioNamespace)
    .filter(({ ref }) => ref.kind === 'Deployment')
    .map(({ ref: { group, kind, namespace, name } }) => ({ group, kind, namespace, name }));
}
