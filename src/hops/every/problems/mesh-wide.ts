import type { ProblemKind } from '../../../plan/problem-kind.ts';

const DOCS = 'https://istio.io/v1.2/docs/tasks/security/authn-policy/#globally-enabling-istio-mutual-tls';

/** What there is to say about the objects that the release's post-install Job applies for the whole mesh. */
export const MESH_WIDE_PROBLEMS: readonly ProblemKind[] = [
  {
    id: 'mesh-wide-kept',
    severity: 'warning',
    docs: DOCS,
    explain: `MeshPolicy "default" or a mesh-wide DestinationRule is not as the installed release left it: somebody decided otherwise for the whole mesh. The release's post-install Job would overwrite that without a word, and with it what is encrypted. It stays as it is.
The message shows both specs. If the release's is what is meant, take it with --take, and look at the table of mutual TLS for what changes.`,
  },
  {
    id: 'mesh-wide-change',
    severity: 'warning',
    docs: DOCS,
    explain: `The new release brings MeshPolicy "default" or a mesh-wide DestinationRule with another spec than the live one, which is as the old release left it: the chart's values changed, usually global.mtls.enabled. What every service takes and every client sends changes with it.
The table of mutual TLS shows the effect by connection. If it is not meant, render the manifests with the values that the mesh was installed with.`,
  },
  {
    id: 'post-install-unreadable',
    severity: 'blocker',
    docs: 'https://istio.io/v1.2/docs/setup/kubernetes/upgrade/steps/#kubernetes-upgrade',
    explain: `The ConfigMap whose contents the release's post-install Job applies holds a document that is no YAML or no Kubernetes object. The Job itself is not run; what is inside becomes part of the plan, and this document cannot.
The message gives the place and the reason. Render the manifests again, or take the document out if it is not needed.`,
    whyNotIgnored: 'what holds for the whole mesh would be applied in part; mend the document, or take it out',
  },
];
