import { refText } from '../../../../core/object.ts';
import { versionText } from '../../../../core/version.ts';
import type { ControlPlanePart } from '../../../../mesh/mesh-status.ts';
import type { Check, CheckContext } from '../../../../plan/check.ts';
import { countsText } from '../release/part-versions.ts';
import { partsElsewhere } from './parts-elsewhere.ts';
import { inTarget, isOutdated } from './planned.ts';

/** Gateways outside the control plane's namespace that no manifest of the target brings to its release. */
export const gatewaysElsewhere: Check = {
  id: 'gateways-elsewhere',
  severity: 'warning',
  docs: 'https://istio.io/v1.2/docs/setup/kubernetes/upgrade/steps/#sidecar-upgrade',
  explain: `A gateway is a proxy without an application, and belongs to the data plane. Gateways in the control plane's namespace come with the release's manifests; one in another namespace does only if the values put it there (gateways.NAME.namespace). Any other stays at its release: the control plane's manifests do not have it, and neither does a restart bring it on, because its proxy stands in its own template and is not injected.
It goes on working with Pilot one minor version ahead, but keeps the defects of its release, and the next upgrade may be one too many. Upgrade it once the control plane is: set its image to proxyv2 of the release (kubectl set image), compare its arguments, environment and ports with those of the release's own gateway, and apply that through whatever it came from. Give it two replicas first if it has one.`,
  find(context) {
    const { mesh, status, to } = context;
    const release = to === undefined ? '1.2' : versionText(to);
    const gateways = partsElsewhere(status?.gateways ?? [], mesh.istioNamespace);
    return gateways
      .filter((gateway) => isLeft(gateway, context))
      .map((gateway) => ({
        ref: gateway.ref,
        message: `${refText(gateway.ref)} is a gateway outside ${mesh.istioNamespace} and stays at ${countsText(gateway)}${to === undefined ? ', unless the manifests have it' : ': the target does not have it'}`,
        hint: `once the control plane is at ${release}, set its image to proxyv2 of that release (kubectl set image), or render it with the others by gateways.NAME.namespace`,
      }));
  },
};

function isLeft({ ref, images }: ControlPlanePart, context: CheckContext): boolean {
  const isOld = images.some(({ version }) => isOutdated(version, context.to));
  return isOld && inTarget(context, ref) === undefined;
}
