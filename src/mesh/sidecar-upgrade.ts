import { kindText, type ObjectRef } from '../core/object.ts';
import type { Decision } from './webhook-decision.ts';
import type { WorkloadTemplate } from './workload-template.ts';

/** How pods come to the current sidecar. `next-run`: a CronJob's next pods have it. `nothing`: no restart and no re-injection does it. */
export type UpgradeWay = 'up-to-date' | 'restart' | 're-injection' | 'next-run' | 'nothing' | 'unknown';

export interface Upgrade {
  readonly way: UpgradeWay;
  /** What stands in the way, or what to do instead. */
  readonly why: string | undefined;
}

export interface Upgradable {
  readonly ref: ObjectRef;
  /** undefined where it could not be read, or the kind has none that is known here. */
  readonly template: WorkloadTemplate | undefined;
  /** What the webhook does with its next pods; undefined where that is not known. */
  readonly decision: Decision | undefined;
}

/** What is said of workloads whose pods are replaced only by being deleted. */
export const ON_DELETE = 'updateStrategy OnDelete, delete its pods one by one';

const ROLLING = ['Deployment.apps', 'StatefulSet.apps', 'DaemonSet.apps'];
const REPLACES_NOTHING = ['ReplicaSet.apps', 'ReplicationController'];

/**
 * What would bring a workload's pods to the sidecar of today's control plane. The webhook takes an old sidecar out of a template that was
 * injected by hand (pilot/pkg/kube/inject/webhook.go:446-532@1.2.10), so where it acts a restart is enough.
 */
export function whatUpgrades({ ref, template, decision }: Upgradable): Upgrade {
  const kind = kindText(ref);
  if (kind === 'Pod') return nothing('a bare pod, delete it and create it again');
  if (kind === 'Job.batch') return nothing('the pods of a Job keep the sidecar they have');
  if (decision === undefined) return { way: 'unknown', why: 'the labels of its namespace could not be read' };
  const isManual = template?.facts.isInjected === true;
  if (!decision.injects && !isManual) return nothing(`new pods would have no sidecar (${decision.why})`);
  const way = decision.injects ? 'restart' : 're-injection';
  if (kind === 'CronJob.batch') return { way: decision.injects ? 'next-run' : way, why: undefined };
  const obstacle = obstacleOf(ref, template);
  return obstacle === undefined ? { way, why: undefined } : nothing(obstacle);
}

function nothing(why: string): Upgrade {
  return { way: 'nothing', why };
}

/** Why a changed template would not replace every pod. */
function obstacleOf(ref: ObjectRef, template: WorkloadTemplate | undefined): string | undefined {
  const kind = kindText(ref);
  if (REPLACES_NOTHING.includes(kind)) return `a ${ref.kind} replaces no running pods, delete them`;
  if (!ROLLING.includes(kind)) return `${kind} is not known here, restart it with its own tool`;
  if (template?.isPaused) return 'paused, resume its rollout first';
  if (template?.isOnDelete) return ON_DELETE;
  const { partition = 0 } = template ?? {};
  return partition > 0 ? `updateStrategy partition ${partition}, pods below that number stay` : undefined;
}
