import { type K8sObject, refText } from '../../../../core/object.ts';
import { shortList } from '../../../../core/short-list.ts';
import { type Budget, budgetsOver } from '../../../../mesh/disruption-budgets.ts';
import { ON_DELETE } from '../../../../mesh/sidecar-upgrade.ts';
import type { Check, CheckContext, Finding } from '../../../../plan/check.ts';
import { gatewayDeployments } from './parts-elsewhere.ts';
import { rolloutsAhead } from './rollouts-ahead.ts';

const BUDGET = { group: 'policy', kind: 'PodDisruptionBudget' };

/** PodDisruptionBudgets that allow no eviction at all. */
export const budgetBlocks: Check = {
  id: 'budget-blocks',
  severity: 'note',
  docs: 'https://kubernetes.io/docs/tasks/run-application/configure-pdb/',
  explain: `The charts install PodDisruptionBudgets with minAvailable 1 for the control plane and the gateways. With one replica that allows no eviction: kubectl drain and the cluster's autoscaler wait for those pods for ever, so nodes cannot be replaced while the upgrade goes on. The upgrade's own rollouts are not held up: budgets govern evictions, not rollouts.
They do hold up kubectl istio-upgrade apply --phase data-plane --evict, which evicts pods that their controller does not replace (updateStrategy OnDelete): where a budget leaves no pod to evict, it waits until its timeout, and this is a warning. kubectl get poddisruptionbudgets shows ALLOWED DISRUPTIONS 0. Scale the workload to more than minAvailable, or raise maxUnavailable while pods are replaced.`,
  reads: [{ ...BUDGET, isOptional: true }],
  readsBesides: gatewayDeployments,
  find(context) {
    if (context.isUnread(BUDGET)) return unread();
    const control = blockedBudgets(
      context,
      rolloutsAhead(context).map(({ workload }) => workload),
    );
    return [...blockedEvictions(context), ...forDrains(control)];
  },
};

function unread(): readonly Finding[] {
  return [
    {
      message: 'PodDisruptionBudgets may not be listed: whether they forbid evictions is not known',
      hint: 'look with somebody who may: kubectl get poddisruptionbudgets --all-namespaces',
    },
  ];
}

function blockedBudgets({ mesh }: CheckContext, workloads: readonly K8sObject[]): readonly Budget[] {
  const namespaces = [...new Set(workloads.map(({ metadata }) => metadata.namespace ?? ''))].sort();
  return namespaces
    .flatMap((namespace) => budgetsOver(mesh.snapshot, namespace, workloads))
    .filter(({ evictable, pods }) => evictable === 0 && pods > 0);
}

function forDrains(budgets: readonly Budget[]): readonly Finding[] {
  const [first] = budgets;
  if (first === undefined) return [];
  return [
    {
      ref: first.ref,
      message: `no pod may be evicted, so that nodes cannot be drained meanwhile (rollouts go on): ${shortList(budgets.map(budgetText), 8)}`,
      hint: 'scale what they cover to more than minAvailable, raise maxUnavailable, or drain no nodes until the upgrade is done',
    },
  ];
}

/** Those of the pods that this very run would evict. */
function blockedEvictions(context: CheckContext): readonly Finding[] {
  const { dataPlane } = context;
  if (dataPlane?.evicts !== true) return [];
  const evicted = dataPlane.workloads
    .filter(({ isStale, upgrade }) => isStale && upgrade?.why === ON_DELETE)
    .flatMap(({ ref }) => dataPlane.live.get(refText(ref)) ?? []);
  return blockedBudgets(context, evicted).map((budget) => ({
    ref: budget.ref,
    severity: 'warning',
    message: `${budgetText(budget)}: no pod may be evicted, and --evict waits until its timeout`,
    hint: 'raise maxUnavailable, or lower minAvailable, until the pods are replaced',
  }));
}

function budgetText({ ref, limit, pods }: Budget): string {
  return `${refText(ref)} (${limit} of ${pods})`;
}
