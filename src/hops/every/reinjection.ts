import { lastAppliedOf } from '../../core/last-applied.ts';
import { isK8sObject, type K8sObject, refText } from '../../core/object.ts';
import type { Problem } from '../../core/problem.ts';
import { shortList } from '../../core/short-list.ts';
import { versionText } from '../../core/version.ts';
import type { Reason, Wish } from '../../core/wish.ts';
import { isInjected } from '../../injection/detect.ts';
import type { Reinjection } from '../../injection/reinject.ts';
import { type TemplateEdit, templateEdit } from '../../injection/template-edit.ts';
import type { DataPlane } from '../../mesh/data-plane.ts';
import { ON_DELETE } from '../../mesh/sidecar-upgrade.ts';
import type { WorkloadStatus } from '../../mesh/workload-status.ts';
import type { RestartWish } from '../../plan/rule.ts';
import { type Decision, hold, leave, rolloutObstacle } from './workload-decision.ts';

const BY_HAND = 'its sidecar was injected by hand';

/**
 * Decides about a workload that was injected by hand: its template gets what the target's injector answered, in one write and so in one
 * rollout. One that is so already was written by an earlier run, and is only waited for.
 */
export function decideReinjection(workload: WorkloadStatus, dataPlane: DataPlane, reason: Reason): Decision {
  const key = refText(workload.ref);
  const result = dataPlane.reinjected.get(key);
  if (result === undefined) return leave(workload, whyNotAsked(dataPlane));
  const problems = [...result.problems.map((one) => about(result.live, one)), ...lacking(result)];
  if (result.object === undefined) return leave(workload, `${BY_HAND}, and ${whyNot(result)}`, problems);
  const edit = templateEdit(result.live, result.object);
  const wish = edit && wishOf(edit, result, because(reason, dataPlane));
  if (workload.ref.kind === 'CronJob')
    return wish === undefined
      ? leave(workload, 'the pods of its next run get the new sidecar')
      : { do: 'write', wish, problems };
  return rolled(workload, result, { wish, problems, evicts: dataPlane.evicts });
}

interface Rolling {
  readonly wish: Wish | undefined;
  readonly problems: readonly Problem[];
  readonly evicts: boolean;
}

function rolled(workload: WorkloadStatus, { live }: Reinjection, { wish, problems, evicts }: Rolling): Decision {
  const way: RestartWish['way'] = workload.upgrade?.why === ON_DELETE && evicts ? 'evict' : 'roll';
  const isBegun = wish === undefined;
  const obstacle = isBegun ? undefined : rolloutObstacle(live, way);
  if (obstacle !== undefined) return hold(workload, obstacle);
  const restart = { ref: workload.ref, apiVersion: live.apiVersion, way, isBegun, isReinjected: true };
  return { do: 'restart', live, restart, wish, problems };
}

function because(reason: Reason, { version }: DataPlane): Reason {
  return { ...reason, why: `${BY_HAND}: the old one goes, that of Istio ${versionText(version)} comes in` };
}

/** A record of what was applied without a sidecar does not get one: the next `kubectl apply` would take it out. */
function wishOf({ set, remove }: TemplateEdit, { live }: Reinjection, reason: Reason): Wish {
  const record = lastAppliedOf(live);
  const isRecorded = isK8sObject(record) && isInjected(record);
  return {
    want: 'fields',
    object: set,
    remove,
    ...(isRecorded ? {} : { isOurOwn: true }),
    phase: 'data-plane',
    stage: 'write',
    because: reason,
    notes: [
      'inject its manifest anew too (istioctl kube-inject): the next kubectl apply of the old one brings the old sidecar back',
    ],
  };
}

function whyNotAsked({ notReinjected }: DataPlane): string {
  return notReinjected === undefined
    ? 'it is gone, or may not be read'
    : `${BY_HAND}, and cannot be injected anew: ${notReinjected.why}`;
}

/** What stood in the way: the worst of what was found, and of several the last. */
function whyNot({ problems }: Reinjection): string {
  const worst = problems.filter(({ severity }) => severity === 'blocker').at(-1);
  return (worst ?? problems.filter(({ severity }) => severity === 'warning').at(-1))?.message ?? 'nothing is known';
}

function about(live: K8sObject, problem: Problem): Problem {
  const ref = problem.ref;
  return ref === undefined ? problem : { ...problem, message: `${nameOf(live)}: ${problem.message}` };
}

function nameOf({ kind, metadata: { namespace, name } }: K8sObject): string {
  return `${kind} ${namespace}/${name}`;
}

function lacking({ live, missing, object }: Reinjection): readonly Problem[] {
  if (missing.length === 0 || object === undefined) return [];
  return [
    {
      id: 'original-differs',
      severity: 'warning',
      message: `${nameOf(live)}: the original manifest lacks, or has otherwise, what the live object has: ${shortList(missing)}`,
      hint: 'what is in the pod template goes (see the difference); the rest stays as it is',
    },
  ];
}

/** Said once: why no workload was injected anew, and what to do about it. */
export function notReinjectedProblem({ notReinjected }: DataPlane, names: string): readonly Problem[] {
  if (notReinjected === undefined) return [];
  const { why, hint } = notReinjected;
  return [
    {
      id: 'not-injected-anew',
      severity: 'warning',
      message: `workloads that were injected by hand keep their old sidecar: ${names}: ${why}`,
      hint,
    },
  ];
}
