import { stringAt } from '../../../../core/json.ts';
import { type ObjectRef, refText } from '../../../../core/object.ts';
import { find } from '../../../../core/snapshot.ts';
import { componentContainers } from '../../../../mesh/component-container.ts';
import type { Mesh } from '../../../../mesh/mesh.ts';
import { meshConfigText } from '../../../../mesh/mesh-config.ts';
import { field } from '../../../../mesh/proto-json.ts';
import type { Check, Finding } from '../../../../plan/check.ts';
import { targetMesh } from '../../../every/checks/target-mesh.ts';

const POLICY = 'controlPlaneAuthPolicy';
const VALUE = 'global.controlPlaneSecurityEnabled';

/** The mutual TLS between the control plane's parts and towards sidecars, which is none of the users' Policies. */
export const controlPlaneSecurityChanges: Check = {
  id: 'control-plane-security-changes',
  severity: 'blocker',
  docs: 'https://istio.io/v1.2/docs/reference/config/installation-options/#global-options',
  explain: `With global.controlPlaneSecurityEnabled, sidecars, gateways and Mixer talk to Pilot and Galley over mutual TLS (defaultConfig.controlPlaneAuthPolicy is MUTUAL_TLS, and Pilot's address ends with 15011). Every proxy is told when it is injected, and keeps to it until it is injected anew. An upgrade that changes the mode changes one side of these connections only.
When it is taken away, sidecars that run go on asking for mutual TLS, get no configuration any more, and keep to endpoints that are gone; and what the control plane's parts tell one another is readable on the network. When it comes, sidecars that run stay on the plaintext port until they are injected anew. kubectl get configmap istio -n istio-system -o yaml shows the mode. Render the target with the mesh's own value and change it in a step of its own, before or after the upgrade.`,
  find(context) {
    const { mesh } = context;
    const wanted = targetMesh(context);
    if (wanted === undefined) return [];
    const ref = { group: '', kind: 'ConfigMap', namespace: mesh.istioNamespace, name: 'istio' };
    const [was, is] = [mesh, wanted].map((one) => (find(one.snapshot, ref) === undefined ? undefined : modeOf(one)));
    if (was === undefined || is === undefined) return [];
    if (was !== is) return [changed(ref, was, is)];
    return changedArguments(mesh, wanted);
  },
};

/** What proxies are injected with (install/kubernetes/helm/istio/templates/configmap.yaml@1.1.17). */
function modeOf({ snapshot, istioNamespace }: Mesh): string {
  const { value } = meshConfigText(snapshot, istioNamespace, 'mesh');
  return stringAt(field(field(value, 'defaultConfig'), POLICY)) ?? 'NONE';
}

function changed(ref: ObjectRef, was: string, is: string): Finding {
  const isLost = was === 'MUTUAL_TLS';
  const effect = isLost
    ? 'sidecars that run get no configuration until they are injected anew, and the control plane talks in plaintext'
    : 'sidecars that run stay on the plaintext port until they are injected anew';
  return {
    ref,
    severity: isLost ? 'blocker' : 'warning',
    message: `${refText(ref)}: mesh.defaultConfig.${POLICY} is ${was}, and ${is} in the target: ${effect}`,
    hint: `render the target with ${VALUE}=${isLost}, and change it in a step of its own`,
  };
}

/** Where the configuration stays the same, and the arguments of what is beside it do not. */
function changedArguments(mesh: Mesh, wanted: Mesh): readonly Finding[] {
  const targets = componentContainers(wanted);
  return componentContainers(mesh).flatMap(({ workload: ref, name, flags }) => {
    const target = targets.find((one) => one.workload.name === ref.name && one.name === name);
    const [was, is] = [flags.get(POLICY), target?.flags.get(POLICY)];
    if (was === undefined || is === undefined || was === is) return [];
    const message = `${refText(ref)}: container ${name}: --${POLICY} is ${was}, and ${is} in the target, whose mesh configuration stays as it is`;
    return [{ ref, message, hint: `render all of the target with one value of ${VALUE}` }];
  });
}
