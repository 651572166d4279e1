import { kindText, refText } from '../../../../core/object.ts';
import { shortList } from '../../../../core/short-list.ts';
import type { IstioVersion } from '../../../../core/version.ts';
import type { WorkloadStatus } from '../../../../mesh/workload-status.ts';
import type { Check } from '../../../../plan/check.ts';
import { isOutdated } from './planned.ts';

const RESTARTED = ['Deployment.apps', 'StatefulSet.apps'];

/** Applications with one pod, which a later upgrade of their sidecar replaces. */
export const singleReplicaApplication: Check = {
  id: 'single-replica-application',
  severity: 'note',
  docs: 'https://istio.io/v1.2/docs/setup/kubernetes/upgrade/steps/#sidecar-upgrade',
  explain: `Sidecars are not upgraded with the control plane: each workload has to be restarted for it, or injected anew. With one replica there is nobody to serve if the new pod is slow or fails; a Deployment with the default strategy starts the new pod before it stops the old one, but a StatefulSet of one, or a Deployment with Recreate, is down until its new pod is ready, and requests in flight on the old pod can be cut in any case.
Sidecars of 1.1 go on working with a control plane of 1.2, so there is time: scale these workloads to two before phase data-plane where callers would notice, or choose the hour. kubectl istio-upgrade status shows the workloads with their pods and what upgrades them. When phase data-plane is planned, the plan names those that it restarts.`,
  find({ status, phases, to }) {
    if (phases.includes('data-plane')) return [];
    const single = (status?.workloads ?? []).filter((workload) => isRestartedAlone(workload, to));
    const [first] = single;
    if (first === undefined) return [];
    const names = shortList(single.map(({ ref }) => refText(ref)));
    return [
      {
        ref: first.ref,
        message: `one replica only, which the later upgrade of its sidecar replaces: ${names}`,
        hint: 'scale to 2 before phase data-plane where callers would notice; a StatefulSet of one is down until its new pod is ready',
      },
    ];
  },
};

function isRestartedAlone({ ref, wanted, images, upgrade }: WorkloadStatus, to: IstioVersion | undefined): boolean {
  const isLeft = upgrade === undefined || upgrade.way === 'nothing';
  if (isLeft || wanted !== 1 || !RESTARTED.includes(kindText(ref))) return false;
  return images.some(({ version }) => isOutdated(version, to));
}
