import { type K8sObject, refText } from '../../core/object.ts';
import type { Mention } from '../../core/plan.ts';
import type { Problem } from '../../core/problem.ts';
import { readinessOf } from '../../core/readiness.ts';
import type { Wish } from '../../core/wish.ts';
import { leastServing, wantedPods } from '../../mesh/serving.ts';
import type { WorkloadStatus } from '../../mesh/workload-status.ts';
import type { RestartWish } from '../../plan/rule.ts';

/** What becomes of one workload with a stale sidecar. */
export type Decision =
  | {
      readonly do: 'restart';
      readonly live: K8sObject;
      readonly restart: RestartWish;
      /** undefined where an earlier run wrote it already. */
      readonly wish: Wish | undefined;
      readonly problems: readonly Problem[];
    }
  /** Nothing of it is rolled out: the next pods come from what is written. */
  | { readonly do: 'write'; readonly wish: Wish; readonly problems: readonly Problem[] }
  | { readonly do: 'leave'; readonly mention: Mention; readonly problems: readonly Problem[] };

export function leave(
  { ref }: Pick<WorkloadStatus, 'ref'>,
  why: string,
  problems: readonly Problem[] = [],
): Extract<Decision, { do: 'leave' }> {
  return { do: 'leave', mention: { ref, why }, problems };
}

interface Obstacle {
  readonly id: string;
  readonly why: string;
  readonly hint: string;
}

/** Why a workload's pods must not be replaced now: its last rollout is unfinished, or the next one would leave nobody serving. */
export function rolloutObstacle(live: K8sObject, way: RestartWish['way']): Obstacle | undefined {
  const readiness = readinessOf(live);
  if (readiness.state !== 'ready')
    return {
      id: 'rollout-unfinished',
      why: `its rollout is not finished: ${readiness.why}`,
      hint: 'see what it waits for (kubectl rollout status), then plan again',
    };
  if (way === 'roll' && wantedPods(live) > 1 && leastServing(live) === 0)
    return {
      id: 'restart-outage',
      why: 'its update strategy lets all its pods be down at once',
      hint: 'let maxUnavailable leave a pod serving, or restart it yourself: kubectl rollout restart',
    };
  return undefined;
}

export function hold({ ref }: Pick<WorkloadStatus, 'ref'>, { id, why, hint }: Obstacle): Decision {
  const message = `${refText(ref)} is not restarted: ${why}`;
  return leave({ ref }, why, [{ id, severity: 'warning', ref, message, hint }]);
}
