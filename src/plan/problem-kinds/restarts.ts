import type { ProblemKind } from '../problem-kind.ts';

const SIDECARS = 'https://istio.io/v1.2/docs/setup/kubernetes/upgrade/steps/#sidecar-upgrade';
const STRATEGY = 'https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment';
const ASKED_AGAIN = 'it is asked again before every restart, and stops the run there';

/** What stands in the way of restarting workloads. */
export const RESTART_PROBLEMS: readonly ProblemKind[] = [
  {
    id: 'control-plane-version',
    severity: 'blocker',
    docs: SIDECARS,
    explain: `A component of the control plane is not of the release that the sidecars would get. Sidecars must not be newer than their control plane: Pilot may send what they do not take, and the injector puts in the sidecar of its own release anyway.
Upgrade the control plane first (phase control-plane), see with "kubectl istio-upgrade status" that all of it runs the release, and plan the data plane again.`,
    whyNotIgnored: ASKED_AGAIN,
  },
  {
    id: 'control-plane-not-ready',
    severity: 'blocker',
    docs: SIDECARS,
    explain: `A component of the control plane is not rolled out and ready. A pod that starts now may wait for its configuration or its certificate, or get no sidecar at all, and a rolling restart would take well-running pods away for such ones.
"kubectl rollout status" and "kubectl describe pod" tell what it waits for. Plan again once it is ready.`,
    whyNotIgnored: ASKED_AGAIN,
  },
  {
    id: 'injector-not-ready',
    severity: 'blocker',
    docs: 'https://istio.io/v1.2/docs/ops/setup/injection/',
    explain: `The Service of the sidecar injector has no ready endpoint. Its webhook has failurePolicy Fail, so every new pod in an injected namespace is refused, and where it has not, pods come up without a sidecar.
"kubectl get endpoints istio-sidecar-injector" in the control plane's namespace shows it, "kubectl describe pod" of the injector why. Plan again once it is ready.`,
    whyNotIgnored: ASKED_AGAIN,
  },
  {
    id: 'rollout-unfinished',
    severity: 'warning',
    docs: 'https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#deployment-status',
    explain: `The last rollout of a workload is not finished: pods are missing, not ready, or of an old template. Restarting it now would mix two rollouts and could take the last serving pods away. It is left as it is; the others are restarted.
"kubectl rollout status" tells what it waits for. Mend that, and plan again: what is done stays done.`,
  },
  {
    id: 'restart-outage',
    severity: 'warning',
    docs: STRATEGY,
    explain: `The workload has several pods, and its update strategy lets all of them be down at once (maxUnavailable 100%, Recreate): a restart would be an outage. It is left as it is; the others are restarted.
Let maxUnavailable leave a pod serving, or choose the moment yourself: kubectl rollout restart.`,
  },
  {
    id: 'restart-single-replica',
    severity: 'warning',
    docs: STRATEGY,
    explain: `Workloads with one replica are among those that are restarted. Where the strategy allows a surge the new pod is ready before the old one goes, but callers with open connections notice, and with Recreate or without a surge nobody serves in between. PodDisruptionBudgets do not govern rollouts.
Scale them to two before where callers would notice, or restart them at a quiet hour.`,
  },
];
