import type { ProblemKind } from '../problem-kind.ts';

const UPGRADE = 'https://istio.io/v1.2/docs/setup/kubernetes/upgrade/steps/';

/** What can be wrong with the target's manifests, and with versions. */
export const MANIFEST_PROBLEMS: readonly ProblemKind[] = [
  {
    id: 'no-target',
    severity: 'note',
    docs: UPGRADE,
    explain: `Without -f there is no release to install, so phases crds and control-plane have nothing to do; configuration can still be carried over, and the data plane restarted.
Name the rendered manifests of the new release, its CustomResourceDefinitions included, with -f to plan the whole upgrade.`,
  },
  {
    id: 'mixed-versions',
    severity: 'warning',
    docs: UPGRADE,
    explain: `Pilot and other components of the control plane run different minor versions, which is what an upgrade looks like that stopped halfway. Istio's components are only tested with others of their own release.
The message names the components and their versions; "kubectl istio-upgrade status" shows what each pod runs. Applying the same target again takes the upgrade to its end.`,
  },
  {
    id: 'mixed-target',
    severity: 'blocker',
    docs: UPGRADE,
    explain: `The manifests hold components of several releases: Pilot's image is of one minor version, that of another component of another one. Such a control plane was never tested, and an injector of another release than its ConfigMap refuses every new pod.
It happens when files of two releases are passed together, or when single images are pinned in the values. Render all manifests from one release, and plan again.`,
    whyNotIgnored: 'a control plane of several releases does not work; render all manifests from one',
  },
  {
    id: 'duplicate-document',
    severity: 'warning',
    docs: 'https://kubernetes.io/docs/concepts/overview/working-with-objects/names/',
    explain: `One object stands in the manifests more than once, and not alike. The last document counts, as it would with "kubectl apply" of the files one after the other, and the earlier ones are of no effect.
Istio 1.2's own files define one of their CustomResourceDefinitions twice, which is only a note. Anything else is probably a file too many after -f: the message names both places.`,
  },
  {
    id: 'contradiction',
    severity: 'blocker',
    docs: UPGRADE,
    explain: `One rule of this upgrade wants an object to be there, another one wants it gone, so there is no state that this plan could reach.
The message names the object and the rules. It comes about when the manifests bring an object of a kind that the upgrade carries over to another one: take it out of the manifests, or leave the phase of the other rule out with --phase.`,
    whyNotIgnored: 'there is no state that would satisfy both rules',
  },
];
