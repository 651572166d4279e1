import type { ProblemKind } from '../problem-kind.ts';

const INJECTION = 'https://istio.io/v1.2/docs/setup/kubernetes/additional-setup/sidecar-injection/';
const MANUAL = `${INJECTION}#manual-sidecar-injection`;

/** What there is to say about workloads that were injected by hand, and that are injected anew. */
export const REINJECTION_PROBLEMS: readonly ProblemKind[] = [
  {
    id: 'inject-config-tag',
    severity: 'note',
    docs: MANUAL,
    explain: `The injection template or values that were given name the old release as the version of the sidecar. For this injection the tag is moved to the target's; the file or ConfigMap itself stays as it is.
Change it there too: the next "istioctl kube-inject" with it would put the old sidecar in again.`,
  },
  {
    id: 'original-unused',
    severity: 'note',
    docs: MANUAL,
    explain: `A manifest given with --original is of no workload that is injected anew in this plan: it is up to date already, not injected by hand, outside the namespaces that were asked for, or its kind, namespace or name is mistaken.
Compare its name and namespace with "kubectl istio-upgrade status".`,
  },
  {
    id: 'original-differs',
    severity: 'warning',
    docs: MANUAL,
    explain: `The manifest given with --original lacks, or has otherwise, what the live workload has: somebody changed the live object and not the file, or the file is of another day. What the pod template has besides the manifest goes with the injection; the rest of the object stays.
The difference in the plan shows every field. Bring the manifest up to date, or inject without --original, which keeps the live fields.`,
  },
  {
    id: 'not-injected-anew',
    severity: 'warning',
    docs: MANUAL,
    explain: `Workloads that were injected by hand keep their sidecar until they are injected again: restarting them changes nothing. Injecting them takes the target's own istioctl, and this plan could not use one, for the reason that the message gives.
Name it with --istioctl (bin/istioctl of the release), or inject your manifests with it and apply them yourself.`,
  },
  {
    id: 'injection-overwrote',
    severity: 'warning',
    docs: MANUAL,
    explain: `An injection overwrites the pod's dnsConfig, and with SDS its securityContext, whatever was there before. Where kubectl's record of the object tells what the workload had, it comes back. Where the value is the injector's and there is no record, nobody can know.
If the workload had a value of its own, inject from the original manifest: --original FILE.`,
  },
  {
    id: 'injection-unwanted',
    severity: 'warning',
    docs: `${INJECTION}#policy`,
    explain: `The pod template says that it wants no sidecar (annotation sidecar.istio.io/inject), and yet has one, put in by hand. Injecting it again would go against the annotation, so the old sidecar stays.
Take the annotation out of the pod template to upgrade the sidecar, or the sidecar itself if it is not wanted.`,
  },
  {
    id: 'proxy-image',
    severity: 'blocker',
    docs: 'https://github.com/istio/istio/issues/14365',
    explain: `The annotation sidecar.istio.io/proxyImage names an image of one's own for the sidecar. The template of Istio 1.2 puts the value in the place of the hub and appends image name and tag, which gives an image that cannot be pulled, so new pods would never start.
Remove the annotation from the pod template, or upgrade that sidecar by hand. Ignored, the workload is left as it is and the others are upgraded.`,
  },
  {
    id: 'dns-config-kept',
    severity: 'warning',
    docs: MANUAL,
    explain: `The workload has a dnsConfig of its own, and the injection template sets another one. The workload's own is kept: "istioctl kube-inject" would have replaced it without a word.
If it calls services by the short names that the template's search domains resolve, add those to its dnsConfig.`,
  },
  {
    id: 'fs-group-changed',
    severity: 'warning',
    docs: 'https://kubernetes.io/docs/tasks/configure-pod-container/security-context/',
    explain: `With SDS the sidecar reads its token as group 1337, so the injection sets securityContext.fsGroup of the pod to 1337 in place of the workload's own. Files in volumes that Kubernetes changes the group of then belong to that group, and a program that relies on the old one may not write there any more.
See whether the containers need the old group; runAsGroup and supplementalGroups can give it to them.`,
  },
  {
    id: 'probe-lost',
    severity: 'warning',
    docs: 'https://istio.io/v1.2/docs/ops/setup/app-health-check/#probe-rewrite',
    explain: `An earlier injection had rewritten an HTTP probe so that the kubelet asks the sidecar, which asks the application. What the probe asked before stands in an environment variable of the sidecar, and there the record of this one is missing, so it cannot be restored.
Inject from the original manifest: --original FILE.`,
  },
  {
    id: 'injection-failed',
    severity: 'blocker',
    docs: MANUAL,
    explain: `The target's "istioctl kube-inject" ended with an error for this workload, which the message quotes: a template or values that it does not understand, or a manifest that it refuses. Ignored, the workload is left as it is and the others are upgraded.
Run the same istioctl on the workload's manifest to see all it says; --inject-config, --inject-values and --mesh-config give it other input.`,
  },
  {
    id: 'not-injected',
    severity: 'warning',
    docs: INJECTION,
    explain: `The target's "istioctl kube-inject" answers without adding a sidecar: the pod is on the host network, or the injection policy leaves it out. Taking the old sidecar out would leave it outside the mesh, so the old one stays.
If that is meant, take the sidecar out of its manifest; if not, see spec.hostNetwork and the policy in the injection configuration.`,
  },
];
