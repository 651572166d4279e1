import { stringAt } from '../../../../core/json.ts';
import { type K8sObject, kindText, labelsOf, refOf, refText } from '../../../../core/object.ts';
import { find, objectsOf } from '../../../../core/snapshot.ts';
import { meshConfigOf } from '../../../../mesh/mesh-config.ts';
import { policyOf } from '../../../../mesh/policies.ts';
import { field } from '../../../../mesh/proto-json.ts';
import { releaseNamesOf } from '../../../../mesh/release-names.ts';
import type { Check, CheckContext, Finding } from '../../../../plan/check.ts';

const MESH_POLICY = { group: 'authentication.istio.io', kind: 'MeshPolicy' };
const DESTINATION_RULE = { group: 'networking.istio.io', kind: 'DestinationRule' };
const VALUE = 'global.mtls.enabled';

/** Mesh-wide objects that the target adds, or leaves behind; those that are on both sides, planning compares. */
export const globalMtlsChanges: Check = {
  id: 'global-mtls-changes',
  severity: 'warning',
  docs: 'https://istio.io/v1.2/docs/tasks/security/authn-policy/#globally-enabling-istio-mutual-tls',
  explain: `With global.mtls.enabled, the release applies three objects after it is installed: MeshPolicy default, which makes services take mutual TLS only, and DestinationRules default (for *.local) and api-server in the control plane's namespace, which make clients send it. Without it, only a MeshPolicy that takes both. Nothing takes objects away that the other rendering had.
So a mesh with mutual TLS and a target without it end up half way: servers take plaintext again, and clients go on with mutual TLS to every service, those that have lost their sidecar included. The other way round, clients begin to send mutual TLS to services without sidecars, which break. kubectl get meshpolicies,destinationrules -n istio-system shows what is there. Render the target with the mesh's own value of global.mtls.enabled and change mutual TLS in a step of its own; or delete the DestinationRules once every client can do without.`,
  reads: [MESH_POLICY, DESTINATION_RULE],
  find(context) {
    const brought = broughtBy(context);
    const isRead = ![MESH_POLICY, DESTINATION_RULE].some((kind) => context.isUnread(kind));
    return isRead && brought.length > 0 ? [...leftBehind(brought, context), ...coming(brought, context)] : [];
  },
};

/** What of the target decides for the whole mesh. */
function broughtBy({ target, postInstall, mesh }: CheckContext): readonly K8sObject[] {
  return [...target.objects, ...postInstall]
    .map(({ object }) => object)
    .filter((object) => isOf(object, MESH_POLICY) || isMeshWideRule(object, mesh.istioNamespace));
}

function isOf(object: K8sObject, kind: typeof MESH_POLICY): boolean {
  return kindText(refOf(object)) === kindText(kind);
}

function isMeshWideRule(object: K8sObject, istioNamespace: string): boolean {
  return isOf(object, DESTINATION_RULE) && object.metadata.namespace === istioNamespace && sendsMutualTls(object);
}

/** As the chart makes it (charts/security/templates/enable-mesh-mtls.yaml@1.1.17). */
function sendsMutualTls({ spec }: K8sObject): boolean {
  const isWide = stringAt(field(spec, 'host'))?.startsWith('*') === true;
  return isWide && field(field(field(spec, 'trafficPolicy'), 'tls'), 'mode') === 'ISTIO_MUTUAL';
}

/** Only where the target brings the server's side: what it says nothing about stays whole. */
function leftBehind(brought: readonly K8sObject[], { mesh }: CheckContext): readonly Finding[] {
  const texts = brought.map((object) => refText(refOf(object)));
  if (!brought.some((object) => isOf(object, MESH_POLICY))) return [];
  const releases = releaseNamesOf(mesh);
  return objectsOf(mesh.snapshot, DESTINATION_RULE, mesh.istioNamespace)
    .filter((rule) => sendsMutualTls(rule) && labelsOf(rule).app === 'security')
    .filter((rule) => releases.includes(labelsOf(rule).release ?? '') && !texts.includes(refText(refOf(rule))))
    .map((rule) => {
      const ref = refOf(rule);
      const host = stringAt(field(rule.spec, 'host'));
      return {
        ref,
        message: `${refText(ref)}: the target does not have it, and nothing takes it away: clients go on with mutual TLS to ${host}`,
        hint: `render the target with ${VALUE}=true, or delete it once no client is to send mutual TLS by default`,
      };
    });
}

function coming(brought: readonly K8sObject[], { mesh }: CheckContext): readonly Finding[] {
  const config = meshConfigOf(mesh.snapshot, mesh.istioNamespace);
  const strict = (object: K8sObject) => isOf(object, MESH_POLICY) && policyOf(object, config).mode === 'STRICT';
  return brought
    .filter((object) => find(mesh.snapshot, refOf(object)) === undefined)
    .filter((object) => isOf(object, DESTINATION_RULE) || strict(object))
    .map((object) => ({ ref: refOf(object), text: refText(refOf(object)), object }))
    .sort((a, b) => (a.text < b.text ? -1 : 1))
    .map(({ ref, text, object }) => ({
      ref,
      message: `${text}: the mesh has none, and the target adds it: ${effectOf(object)}`,
      hint: `render the target with ${VALUE}=false, and bring mutual TLS in by a step of its own`,
    }));
}

function effectOf(object: K8sObject): string {
  return isOf(object, MESH_POLICY)
    ? 'every service takes mutual TLS only'
    : `clients send mutual TLS to ${stringAt(field(object.spec, 'host'))}, also where no sidecar takes it`;
}
