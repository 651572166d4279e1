import type { ProblemKind } from '../../../plan/problem-kind.ts';
import { ANNOTATIONS, EXCLUDED } from './mtls-docs.ts';

const RULES = 'https://istio.io/v1.2/docs/reference/config/networking/v1alpha3/destination-rule/';
const MIGRATION = 'https://istio.io/v1.2/docs/tasks/security/mtls-migration/';

/** Why a request for or against mutual TLS is not, or not wholly, carried over, and what carrying it over does. */
export const MTLS_PROBLEMS: readonly ProblemKind[] = [
  {
    id: 'mtls-contradiction',
    severity: 'warning',
    docs: EXCLUDED,
    explain: `An annotation of the Service asks for mutual TLS on a port, and mtls_excluded_services of the mesh configuration for none. Both have been ignored since Istio 1.0, so nobody noticed; no Policy or DestinationRule can do both, and nothing is written.
Decide which of the two is meant, take the other one out, and plan again.`,
  },
  {
    id: 'mtls-without-sidecar',
    severity: 'warning',
    docs: ANNOTATIONS,
    explain: `An annotation asks for mutual TLS, and no pod behind the Service has a sidecar that could speak it. A DestinationRule that makes clients use it would fail every call, so nothing is written.
Inject sidecars into these pods and plan again, or take the annotation out.`,
  },
  {
    id: 'mtls-some-without-sidecar',
    severity: 'warning',
    docs: ANNOTATIONS,
    explain: `An annotation asks for mutual TLS, and some pods behind the Service have no sidecar. Once clients use mutual TLS, calls that reach such a pod fail, the more often the more of them there are.
"kubectl istio-upgrade status -n <namespace>" shows which workloads have none. Inject the missing sidecars before the configuration is applied.`,
  },
  {
    id: 'mtls-rule-untouched',
    severity: 'warning',
    docs: RULES,
    explain: `Clients of the Service follow a DestinationRule that this tool does not edit: for the reason that the message gives, the wish cannot be expressed in it, or Pilot 1.2 would drop it. A second rule for the same host would be merged with it in ways that nobody means, so nothing is written.
Change that rule by hand so that it says what is asked for, and plan again.`,
  },
  {
    id: 'mtls-policy-several',
    severity: 'warning',
    docs: 'https://istio.io/v1.2/docs/tasks/security/authn-policy/#policy-precedence',
    explain: `Several Policies target the same port of the Service. To give the port a Policy of its own it would have to be taken out of all of them, and one would be left without any target, which would make it hold for the whole namespace. Nothing is written.
Keep one Policy for the port, and plan again.`,
  },
  {
    id: 'mtls-policy-labels',
    severity: 'warning',
    docs: 'https://istio.io/v1.2/docs/reference/config/istio.authentication.v1alpha1/#TargetSelector',
    explain: `A Policy for this port targets pods by labels (targets[].labels). Istio 1.1 ignores the labels and lets it hold for the whole service, 1.2 obeys them, so there is no Policy that means the same to both while the upgrade is under way. Nothing is written for this port.
Write the Policy without labels, for the service as a whole, and plan again; or leave the port until the new control plane is in.`,
  },
  {
    id: 'mtls-policy-deleted',
    severity: 'warning',
    docs: 'https://kubernetes.io/docs/concepts/overview/working-with-objects/finalizers/',
    explain: `The Policy for this port has a deletionTimestamp and is held by finalizers. It is in force until it is gone, and an edit of it would go with it, so nothing is written for this port.
See metadata.finalizers with "kubectl get -o yaml", wait until it is gone, and plan again.`,
  },
  {
    id: 'mtls-side-effect',
    severity: 'warning',
    docs: RULES,
    explain: `The Policies and DestinationRules that would carry the request over change more than was asked for, according to the model of both versions' Pilot: other ports, other clients, or what is asked of requests. The message names the ports and clients. Nothing is written for this service.
Write its Policies and DestinationRules by hand, and plan again: the plan then shows what they do.`,
  },
  {
    id: 'mtls-too-early',
    severity: 'warning',
    docs: MIGRATION,
    explain: `Calls to the service would fail between the configuration phase and the moment at which the new control plane's mesh-wide Policy and rules are in, because these change what applies to its clients or servers. It is left out of this plan.
Upgrade the control plane, then plan again: the request is carried over then.`,
  },
  {
    id: 'mtls-not-reached',
    severity: 'warning',
    docs: RULES,
    explain: `Some clients of the service go on as today, against what is asked for: no DestinationRule that can be written in the service's namespace reaches them, because a rule there is private (exportTo) or none is exported to their namespace.
The message names the clients and the rule that decides for them. Export a rule of the host, or add one where the clients are.`,
  },
  {
    id: 'mtls-client-rule-wins',
    severity: 'warning',
    docs: RULES,
    explain: `A DestinationRule in a client's own namespace goes before one in the service's namespace. The clients that the message names have such a rule, and so go on as today, against what is asked for.
Change that rule, or add one for this host beside it, and plan again.`,
  },
  {
    id: 'mtls-held-back',
    severity: 'warning',
    docs: MIGRATION,
    explain: `The server's sidecars keep taking what they take today, because some clients go on otherwise than asked, if only until Pilot 1.2 runs: a stricter Policy would cut them off, a laxer one break them.
Change the rules that those clients follow (other findings name them), keep one for each host, and plan again: the Policy gets its final form then.`,
  },
  {
    id: 'mtls-stricter',
    severity: 'warning',
    docs: MIGRATION,
    explain: `An annotation asks for mutual TLS where servers took plaintext until now: from then on only clients with a sidecar reach this port. The annotation has been ignored since Istio 1.0, so such clients may have come in the meantime, also from outside the mesh.
See in telemetry (connection_security_policy="none") who calls in plaintext. If all have sidecars, go on; if not, take the annotation out.`,
  },
  {
    id: 'mtls-weaker',
    severity: 'warning',
    docs: MIGRATION,
    explain: `Connections that are encrypted today are plaintext afterwards, because an annotation says NONE or the host is in mtls_excluded_services. Both have been ignored since Istio 1.0, and what they ask for may not be meant any more.
Look at the table of mutual TLS. If it is not meant, take the request out and plan again; under --yes such a change also wants --allow-mtls-change.`,
  },
  {
    id: 'mtls-leak',
    severity: 'warning',
    docs: 'https://github.com/istio/istio/issues/22147',
    explain: `Pilot merges DestinationRules of one host from several namespaces, or with several visibilities, into an object that its indexes share, so one rule's subsets and traffic policy turn up where another one is in force, in an order that depends on its pushes. What this plan says of the host may not be what is in force.
Keep all rules of one host in one namespace, with one visibility.`,
  },
];
