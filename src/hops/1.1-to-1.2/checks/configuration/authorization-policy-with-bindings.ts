import { counted } from '../../../../core/counted.ts';
import { refOf, refText } from '../../../../core/object.ts';
import { objectsOf } from '../../../../core/snapshot.ts';
import type { Check } from '../../../../plan/check.ts';

const AUTHORIZATION_POLICY = { group: 'rbac.istio.io', kind: 'AuthorizationPolicy' };
const BINDING = { group: 'rbac.istio.io', kind: 'ServiceRoleBinding' };

/** Both ways to authorize at once: Pilot 1.2 then makes no configuration at all (pilot/pkg/model/authorization.go:254-258@1.2.10). */
export const authorizationPolicyWithBindings: Check = {
  id: 'authorization-policy-with-bindings',
  severity: 'blocker',
  docs: 'https://istio.io/v1.2/docs/reference/config/authorization/istio.rbac.v1alpha1/',
  explain: `Istio 1.2 reads AuthorizationPolicies (rbac.istio.io/v1alpha1), which 1.1 ignores, and refuses to read them beside ServiceRoleBindings: one of each, anywhere in the mesh, and Pilot fails to initialise its configuration and sends nothing new to any sidecar. Proxies that run keep what they have; new pods get no configuration, and no change of routes, endpoints or policies arrives any more.
Pilot's log then names both kinds, and istioctl proxy-status shows proxies that never become SYNCED. Keep one of the two: delete the AuthorizationPolicies, as 1.1 never obeyed them, or move every ServiceRoleBinding over and delete it.`,
  reads: [AUTHORIZATION_POLICY, BINDING],
  find({ mesh }) {
    const policies = objectsOf(mesh.snapshot, AUTHORIZATION_POLICY).map(refOf);
    const bindings = objectsOf(mesh.snapshot, BINDING).map(refOf);
    const [binding] = bindings;
    if (binding === undefined) return [];
    const more = bindings.length === 1 ? '' : ` and ${counted(bindings.length - 1, 'more ServiceRoleBinding')}`;
    return policies.map((ref) => ({
      ref,
      message: `${refText(ref)} stands beside ${refText(binding)}${more}: Pilot 1.2 sends no configuration while both kinds exist`,
      hint: `delete ${refText(ref)}, which 1.1 ignores, or all ServiceRoleBindings`,
    }));
  },
};
