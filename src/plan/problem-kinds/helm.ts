import type { ProblemKind } from '../problem-kind.ts';

const UPGRADE = 'https://helm.sh/docs/helm/helm_upgrade/';
const ROLLBACK = 'https://helm.sh/docs/helm/helm_rollback/';
const STORAGE = 'https://helm.sh/docs/topics/advanced/#storage-backends';
const TEMPLATE = 'https://helm.sh/docs/helm/helm_template/';

/** What can be told where a release is rendered by Helm, or Helm keeps a record of the control plane. */
export const HELM_PROBLEMS: readonly ProblemKind[] = [
  {
    id: 'helms-way',
    severity: 'note',
    docs: UPGRADE,
    explain: `Helm keeps a record of the release that the control plane belongs to, so the upgrade goes Helm's way: this tool predicts and shows what helm upgrade will make of every object, runs it, and then waits and verifies as ever.
Where that is not wanted, --strategy kubectl goes kubectl's way, and the release is given up.`,
  },
  {
    id: 'kubectls-way',
    severity: 'note',
    docs: 'https://istio.io/v1.2/docs/setup/kubernetes/upgrade/steps/#kubernetes-upgrade-using-kubectl',
    explain: `No installer keeps a record of the control plane, so its objects are written one by one by server-side apply. Helm's way would begin with a record of Helm's, and there is none.
"helm list --all-namespaces" shows whether Helm knows of a release after all, kept somewhere else.`,
  },
  {
    id: 'installer-unknown',
    severity: 'note',
    docs: STORAGE,
    explain: `Helm 3 keeps its records in Secrets of the control plane's namespace, and these may not be listed with the user's rights. Whether a release of Helm's owns the control plane is therefore unknown, and kubectl's way is gone.
If there is one, its next helm upgrade takes back what is written now. Look with "helm list", or get the right to list Secrets there.`,
  },
  {
    id: 'helm-pending',
    severity: 'blocker',
    docs: ROLLBACK,
    explain: `The newest revision of the release says that Helm is at work on it (pending-install, pending-upgrade, pending-rollback). Either another run is under way, or one was cut off and left that behind; Helm refuses to begin another one.
Wait for it. Where nothing runs any more, "helm rollback" to the last deployed revision settles it.`,
    whyNotIgnored: 'the run would fail: Helm refuses to begin while a revision is pending',
  },
  {
    id: 'helm-server-side',
    severity: 'blocker',
    docs: UPGRADE,
    explain: `The release was last written by Helm 4 with server-side apply. What helm upgrade makes of objects is then decided by the API server from who owns which field, and not by Helm's three-way merge, which is what this tool predicts.
Upgrade it with Helm itself, or once with --server-side=false, after which its revisions are predicted again.`,
    whyNotIgnored: 'what would be shown is not what Helm would do',
  },
  {
    id: 'not-helms',
    severity: 'blocker',
    docs: UPGRADE,
    explain: `The new revision has an object that is in the cluster already and does not belong to the release: it lacks the label and annotations by which Helm knows its own. Helm refuses to take such an object over, and the whole upgrade fails at it.
Label and annotate it as the hint says, and Helm takes it over; or delete it, and Helm makes it.`,
    whyNotIgnored: 'the run would fail: Helm refuses to take the object over',
  },
  {
    id: 'not-in-newer-revision',
    severity: 'blocker',
    docs: ROLLBACK,
    explain: `Going back would create an object that is in the cluster already: the revision that is live does not have it, the older one does. helm rollback fails at such an object, with others rolled back before it.
Keep a copy of the object and delete it; helm rollback makes it anew.`,
    whyNotIgnored: 'helm rollback itself fails at such an object',
  },
  {
    id: 'left-to-helm',
    severity: 'warning',
    docs: UPGRADE,
    explain: `A migration would change an object that belongs to Helm's release. Written past Helm, the change is gone with the next helm upgrade, and it would not fit what Helm is about to write; so it is left.
Say the same in the chart's values, or plan again once the upgrade is through.`,
  },
  {
    id: 'helm-record-unserved',
    severity: 'blocker',
    docs: 'https://helm.sh/docs/topics/kubernetes_apis/',
    explain: `Helm's record of the live release has an object in an API version that this server does not serve any more, and there is none that it could be rewritten to. Helm reads the record before anything else and fails.
Such a release can be upgraded kubectl's way only, with the release given up.`,
    whyNotIgnored: 'the run would fail: Helm reads the record before it writes anything',
  },
  {
    id: 'not-undone',
    severity: 'note',
    docs: ROLLBACK,
    explain: `Going back by Helm or to a release's manifests brings the release's objects back, and going back by a run's journal what the asked phases changed. What the upgrade did besides stays: CustomResourceDefinitions, migrated configuration, restarted workloads, what Jobs have done. By the journal of a run most of that goes back as well, when its phases are named: see "kubectl istio-upgrade history".
Both versions read what stays alike, unless the plan of the upgrade said otherwise.`,
  },
  {
    id: 'release-name',
    severity: 'warning',
    docs: TEMPLATE,
    explain: `The chart is rendered under another release name than the one that the live objects are labelled with. Selectors of Deployments and Services have the name in them, and selectors of Deployments cannot be changed.
Leave --release-name out, and the live name is taken.`,
  },
  {
    id: 'heritage-kept',
    severity: 'note',
    docs: TEMPLATE,
    explain: `Istio's charts label every object with the program that rendered it, and have that label in selectors. Objects that Helm 2 rendered say "Tiller", today's Helm says "Helm"; the rendered objects are relabelled as the live ones are, so that their selectors can stay.
Nothing else of them is changed, and nothing reads the label but selectors.`,
  },
  {
    id: 'template-repaired',
    severity: 'note',
    docs: 'https://github.com/golang/go/issues/31810',
    explain: `A template of the chart has something that the template engine of its time let pass and today's Helm refuses. It was mended in a temporary copy so that it renders what the old engine made of it; the release itself is left as it is.
The line is named, for those who want to look.`,
  },
  {
    id: 'helm-says',
    severity: 'note',
    docs: TEMPLATE,
    explain: `Helm printed this on its error output while it rendered the chart, and went on: values that the chart does not know, deprecated API versions, coalescing of tables.
A value that Helm calls unknown or of the wrong type does nothing; compare it with the chart's values.yaml.`,
  },
];
