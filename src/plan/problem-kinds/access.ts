import type { ProblemKind } from '../problem-kind.ts';

const RBAC = 'https://kubernetes.io/docs/reference/access-authn-authz/rbac/';
const ACCESS = 'https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access';

/** What the user lacks the right to. */
export const ACCESS_PROBLEMS: readonly ProblemKind[] = [
  {
    id: 'may-not-list',
    severity: 'warning',
    docs: RBAC,
    explain: `A list that planning looks at may not be read by this user. Where its objects are known by name they are read one by one; what only the list could tell (objects left behind, configuration of users, pods) is not known, and the plan is silent about it. Configuration that is to be carried over cannot be planned without its lists at all: there it blocks.
The message quotes the server and names the verb and the resource. "kubectl auth can-i list <resource> -A" asks the same. Get the right to list it, or leave out the phase that needs it.`,
    whyNotIgnored: 'nothing is known of what cannot be read; get the right, or leave the phase out with --phase',
  },
  {
    id: 'may-not-read',
    severity: 'blocker',
    docs: RBAC,
    explain: `An object that the plan is about may not be read by this user, so nobody can say whether it has to change and what a write would overwrite.
The message quotes the server and names the object. "kubectl auth can-i get <resource>/<name> -n <namespace>" asks the same. Get the right to read it, and plan again.`,
    whyNotIgnored: 'a write would overwrite what nobody has seen; get the right to read it',
  },
  {
    id: 'may-not-write',
    severity: 'warning',
    docs: ACCESS,
    explain: `This user lacks rights that the plan needs, listed by kind and namespace: create and patch for new objects, patch (and update, where fields have to go) for changed ones, both to put one back as it was, delete where one is replaced or goes, create of pods/eviction where pods are evicted. For roles the server also asks that one holds what they grant, or may escalate them; for bindings, that one may bind the role.
Without these rights plan predicts such objects in memory and says so; apply and rollback are blocked before their first write. "kubectl auth can-i --list -n <namespace>" shows what the user may do. Get the rights, or let somebody run it who has them.`,
    whyNotIgnored: 'the API server would refuse the write in the middle of the upgrade; get the right first',
  },
  {
    id: 'workloads-unknown',
    severity: 'blocker',
    docs: RBAC,
    explain: `Phase data-plane brings pods with old sidecars to the new one, and which those are only the pods themselves tell. No pod could be read, so a plan that has nothing to do would be a lie.
Get the right to list pods in the namespace, or name with -n one whose pods may be read.`,
    whyNotIgnored: 'without pods nobody can tell which sidecars are old; get the right to list them',
  },
  {
    id: 'no-lease',
    severity: 'blocker',
    docs: 'https://kubernetes.io/docs/concepts/architecture/leases/',
    explain: `A run keeps others away by a Lease in the control plane's namespace, which it has to get, create and update; the user may not do all of that. Two runs at once would each plan on what the other is changing: what one shows is not what is there when it writes.
Get the rights that the message names. Or see to it yourself that nobody else runs an upgrade meanwhile, and pass --ignore no-lease.`,
  },
];
