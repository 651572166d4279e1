import type { ProblemKind } from '../problem-kind.ts';

const UPGRADE = 'https://istio.io/v1.2/docs/setup/kubernetes/upgrade/steps/';

/** What is odd about what runs. */
export const STATUS_PROBLEMS: readonly ProblemKind[] = [
  {
    id: 'no-control-plane',
    severity: 'warning',
    docs: UPGRADE,
    explain: `The namespace holds no workload that is known as a part of Istio's control plane, so there is no version that sidecars could be compared with.
Control planes usually live in istio-system. "kubectl get deployments -A -l istio=pilot" finds one elsewhere: name its namespace with -i.`,
  },
  {
    id: 'mesh-config-unread',
    severity: 'warning',
    docs: 'https://istio.io/v1.2/docs/reference/config/istio.mesh.v1alpha1/',
    explain: `Key "mesh" of ConfigMap istio is no YAML that can be read, or has aliases that stand for more than anybody writes. Pilot goes on with its defaults then, and so does this plan: root namespace, visibility of rules, excluded services and where Pilot gets its configuration from are taken as if nothing were set.
Look at it with kubectl get configmap istio -o yaml, mend it, and plan again.`,
  },
  {
    id: 'unknown-version',
    severity: 'warning',
    docs: 'https://kubernetes.io/docs/concepts/containers/images/#image-names',
    explain: `Versions are read from the tags of images. The image of Pilot names no release (a digest, "latest", a tag of one's own), or its pods run several, so which release the mesh is at is not known and every sidecar counts as stale.
The message names the images. Ask Pilot itself (pilot-discovery version), and use tags that name the release.`,
  },
  {
    id: 'mixed-control-plane',
    severity: 'warning',
    docs: UPGRADE,
    explain: `Pods of the control plane run several minor versions at the same time. While an upgrade is under way that is normal for some minutes; if it stays, a rollout is stuck or an upgrade stopped halfway.
"kubectl istio-upgrade status -o wide" shows the images, "kubectl rollout status" what a rollout waits for. Apply the target again to finish the upgrade.`,
  },
  {
    id: 'read-differently',
    severity: 'warning',
    docs: 'https://istio.io/v1.2/docs/tasks/security/authn-policy/#policy-precedence',
    explain: `The same Policies and DestinationRules mean something else to Pilot of the new version, with no change of theirs: which of several is in force, or how rules of one host are merged. From the moment at which the new Pilot runs, connections to the named ports are made or accepted otherwise.
The message names the objects, the ports and what differs; the table of mutual TLS shows both states. Say in one Policy or DestinationRule what is meant, so that both versions read it alike, and plan again.`,
  },
];
