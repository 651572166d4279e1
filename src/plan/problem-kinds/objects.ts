import type { ProblemKind } from '../problem-kind.ts';

const SERVER_SIDE_APPLY = 'https://kubernetes.io/docs/reference/using-api/server-side-apply/';

/** Why an object cannot be changed as it should be, or not without a decision. */
export const OBJECT_PROBLEMS: readonly ProblemKind[] = [
  {
    id: 'field-conflict',
    severity: 'warning',
    docs: `${SERVER_SIDE_APPLY}#conflicts`,
    explain: `A field that the new release sets belongs to another field manager that lives on (a controller, a team's own tool), which has given it another value. It is left to its owner, so the object is not wholly as the release has it.
"kubectl get -o yaml --show-managed-fields" shows who owns what. Decide whose value is right: leave it, or take it over with --take REF:PATH (--force-conflicts for all of them); an owner that comes back will conflict again.`,
  },
  {
    id: 'held-up',
    severity: 'warning',
    docs: `${SERVER_SIDE_APPLY}#conflicts`,
    explain: `Some changes only make sense together, such as a Policy and the DestinationRule of the same service: one without the other breaks calls. One of them needs a field that somebody else owns, so all of them are left as they are.
The message names the object that is held on to, and by whom. Take the field over with --take, or have its owner make the change, and plan again.`,
  },
  {
    id: 'being-deleted',
    severity: 'blocker',
    docs: 'https://kubernetes.io/docs/concepts/overview/working-with-objects/finalizers/',
    explain: `The object has a deletionTimestamp: somebody deleted it, and finalizers hold it until their controllers are done. Whatever is written to it now goes with it, and the release would be without it a moment later.
"kubectl get -o yaml" shows metadata.finalizers. Wait until the object is gone, or see why the controller behind its finalizer does not finish, and plan again: it is created anew then.`,
    whyNotIgnored: 'what is written to an object that is being deleted goes with it; wait until it is gone',
  },
  {
    id: 'immutable-selector',
    severity: 'blocker',
    docs: 'https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#label-selector-updates',
    explain: `The selector of a Deployment cannot be changed. The new release has another one, the new pods do not match the live one, and the running ReplicaSets would not be adopted by a Deployment with the new one: deleting and creating it again would leave the running pods behind, or stop them.
It is seen by comparing spec.selector and the labels of the pod template in the manifest and in the cluster. Somebody changed labels of the installed release or of the new one: render it with the release name and the labels of the live one.`,
    whyNotIgnored: 'the API server refuses another selector; render the manifests with the labels of the live object',
  },
  {
    id: 'immutable-field',
    severity: 'blocker',
    docs: 'https://kubernetes.io/docs/concepts/overview/working-with-objects/',
    explain: `The manifests give a field another value that Kubernetes fixes when an object is created: the template of a Job, the roleRef of a binding, the clusterIP of a Service and the like. The API server would refuse the write.
Delete the object first if nothing depends on it, and it is created anew; or leave it out of the manifests; or render them with the live value.`,
    whyNotIgnored: 'the API server refuses the write; delete the object first, or keep the live value',
  },
  {
    id: 'refused-by-server',
    severity: 'blocker',
    docs: 'https://kubernetes.io/docs/reference/using-api/api-concepts/#dry-run',
    explain: `The API server was asked to try the write without carrying it out (a dry-run), and refused: its validation, an admission webhook or a quota says no, for the reason that the message quotes. The write itself would be refused too, in the middle of the upgrade.
Mend what the message names, in the manifests or in the cluster, and plan again.`,
    whyNotIgnored: 'the API server would refuse the write itself too; mend what it names',
  },
  {
    id: 'webhook-failed',
    severity: 'blocker',
    docs: 'https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/#failure-policy',
    explain: `Before it writes an object, the API server asks the admission webhooks whose rules match it. One of them with failurePolicy Fail could not be called when the write was tried: every such write is refused, those of this upgrade too. What these objects become was predicted in memory.
"kubectl get endpoints" tells whether the webhook's Service has anybody behind it. Bring its server back, or delete the ValidatingWebhookConfiguration or MutatingWebhookConfiguration if what it belongs to is gone, and plan again.`,
    whyNotIgnored: 'the API server refuses these writes for as long as the webhook does not answer',
  },
  {
    id: 'no-server-side-apply',
    severity: 'blocker',
    docs: SERVER_SIDE_APPLY,
    explain: `The API server takes no apply patches: it is older than Kubernetes 1.16, or the feature is switched off. Everything that this tool writes goes in by server-side apply, which keeps what others own; planning needs no more than reading, and predicts in memory.
"kubectl version" shows the server's version. Plan with --write-manifests DIR: it writes every resulting object and the commands with which kubectl brings the mesh there.`,
    whyNotIgnored:
      'apply writes by server-side apply only; kubectl istio-upgrade plan --write-manifests gives what kubectl can apply',
  },
];
