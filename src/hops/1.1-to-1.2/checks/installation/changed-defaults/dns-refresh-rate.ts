import { stringAt, valueAt } from '../../../../../core/json.ts';
import { type K8sObject, refOf, refText } from '../../../../../core/object.ts';
import { shortList } from '../../../../../core/short-list.ts';
import { objectsOf } from '../../../../../core/snapshot.ts';
import { inSeconds } from '../../../../../mesh/go-duration.ts';
import type { Mesh } from '../../../../../mesh/mesh.ts';
import { meshConfigText } from '../../../../../mesh/mesh-config.ts';
import { enumValue, field } from '../../../../../mesh/proto-json.ts';
import type { CheckContext, Finding } from '../../../../../plan/check.ts';
import { targetMesh } from '../../../../every/checks/target-mesh.ts';

export const SERVICE_ENTRY = { group: 'networking.istio.io', kind: 'ServiceEntry' };
export const SERVICE = { group: '', kind: 'Service' };

// Of either chart (values.yaml, global.proxy.dnsRefreshRate); a rate of the user's own is told as a value that is lost.
const [IN_11, IN_12] = ['5s', '300s'];
const RESOLUTIONS = ['NONE', 'STATIC', 'DNS'] as const;

/** Names that sidecars resolve themselves, every 5 seconds by 1.1's default and every 300 by 1.2's. */
export function dnsRefreshRate(context: CheckContext): readonly Finding[] {
  const { mesh } = context;
  const wanted = targetMesh(context);
  if (wanted === undefined || rateOf(mesh) !== IN_11 || rateOf(wanted) !== IN_12) return [];
  const resolved = [
    ...objectsOf(mesh.snapshot, SERVICE_ENTRY).filter(isResolved),
    ...objectsOf(mesh.snapshot, SERVICE).filter(isExternalName),
  ];
  if (resolved.length === 0) return [];
  const ref = { group: '', kind: 'ConfigMap', namespace: mesh.istioNamespace, name: 'istio' };
  const names = shortList(resolved.map((object) => refText(refOf(object))));
  return [
    {
      ref,
      message: `${refText(ref)}: mesh.dnsRefreshRate is ${IN_11}, and ${IN_12} in the target: sidecars go on for that long to addresses that have changed, of ${names}`,
      hint: `render the target with global.proxy.dnsRefreshRate=${IN_11} (in seconds: 5m would not be valid)`,
    },
  ];
}

function rateOf({ snapshot, istioNamespace }: Mesh): string {
  const { value } = meshConfigText(snapshot, istioNamespace, 'mesh');
  return inSeconds(stringAt(field(value, 'dnsRefreshRate')) ?? '');
}

function isResolved({ spec }: K8sObject): boolean {
  return enumValue(field(spec, 'resolution'), RESOLUTIONS) === 'DNS';
}

/** Pilot makes a cluster of type STRICT_DNS of it. */
function isExternalName(service: K8sObject): boolean {
  return valueAt(service, 'spec', 'type') === 'ExternalName';
}
