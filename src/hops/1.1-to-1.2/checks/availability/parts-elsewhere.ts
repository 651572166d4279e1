import type { ControlPlanePart } from '../../../../mesh/mesh-status.ts';
import type { Seen } from '../../../../plan/check.ts';
import type { LaterReads } from '../../../../plan/later-reads.ts';

/** Those outside the control plane's namespace, but proxies of type `ingress`, which 1.2 refuses wherever they are. */
export function partsElsewhere(
  parts: readonly ControlPlanePart[],
  istioNamespace: string,
): readonly ControlPlanePart[] {
  return parts.filter(({ ref, nodeType }) => ref.namespace !== istioNamespace && nodeType !== 'ingress');
}

/** The Deployments of gateways elsewhere, whose update strategy no status tells. */
export const gatewayDeployments: LaterReads<Seen> = {
  kinds: [{ group: 'apps', kind: 'Deployment' }],
  select: ({ mesh, status }) =>
    partsElsewhere(status?.gateways ?? [], mesh.istioNamespace)
      .filter(({ ref }) => ref.kind === 'Deployment')
      .map(({ ref: { group, kind, namespace, name } }) => ({ group, kind, namespace, name })),
};
