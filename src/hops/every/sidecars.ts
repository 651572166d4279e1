import { type K8sObject, refText } from '../../core/object.ts';
import type { Problem } from '../../core/problem.ts';
import { readinessOf } from '../../core/readiness.ts';
import { shortList } from '../../core/short-list.ts';
import { versionText } from '../../core/version.ts';
import type { Reason, Wish } from '../../core/wish.ts';
import { type DataPlane, needsReinjection } from '../../mesh/data-plane.ts';
import { marked, restartMark, restartMarkOf, timesRestarted } from '../../mesh/restart-mark.ts';
import { wantedPods } from '../../mesh/serving.ts';
import { ON_DELETE } from '../../mesh/sidecar-upgrade.ts';
import { PROXY_IMAGE, templateAnnotations } from '../../mesh/template-annotations.ts';
import type { WorkloadStatus } from '../../mesh/workload-status.ts';
import type { RestartWish, Rule, RuleContext, RuleResult } from '../../plan/rule.ts';
import { dataPlaneGates } from './data-plane-gates.ts';
import { decideReinjection, notReinjectedProblem } from './reinjection.ts';
import { type Decision, hold, leave, rolloutObstacle } from './workload-decision.ts';

const DOCS = 'https://istio.io/v1.2/docs/setup/kubernetes/upgrade/steps/#sidecar-upgrade';
const REASON: Reason = { rule: 'sidecars', why: 'its pods get the sidecar of the release', docs: DOCS };

/**
 * Workloads with a sidecar of another release are restarted, so that the injector gives their new pods its own: by an annotation of their
 * template, whose value is the release. What a restart would not help, or would leave without a serving pod, stays as it is and is named.
 */
export const sidecars: Rule = {
  id: REASON.rule,
  docs: DOCS,
  phase: 'data-plane',
  apply: (context) => (context.dataPlane === undefined ? {} : decideAll(context, context.dataPlane)),
};

function decideAll(context: RuleContext, dataPlane: DataPlane): RuleResult {
  const decisions = dataPlane.workloads.flatMap((workload) => (workload.isStale ? decide(workload, dataPlane) : []));
  const restarts = decisions.filter((decision) => decision.do === 'restart');
  const left = decisions.filter((decision) => decision.do === 'leave');
  // Pods of templates that hold their sidecar need no webhook.
  const needsInjector = restarts.some(({ restart }) => !restart.isReinjected);
  return {
    wishes: decisions.flatMap((decision) => (decision.do === 'leave' ? [] : (decision.wish ?? []))),
    restarts: restarts.map(({ restart }) => restart),
    leftAlone: left.map(({ mention }) => mention),
    problems: [
      ...(left.length === decisions.length ? [] : dataPlaneGates(context, dataPlane, { needsInjector })),
      ...decisions.flatMap(({ problems }) => problems),
      ...notReinjectedProblem(dataPlane, namesOf(dataPlane)),
      ...singleReplicas(restarts.map(({ live }) => live)),
    ],
  };
}

function namesOf({ workloads, ...dataPlane }: DataPlane): string {
  return shortList(workloads.filter((one) => needsReinjection(one, dataPlane)).map(({ ref }) => refText(ref)));
}

function decide(workload: WorkloadStatus, dataPlane: DataPlane): Decision {
  const { live, evicts, version } = dataPlane;
  const { ref, upgrade } = workload;
  if (needsReinjection(workload, dataPlane)) return decideReinjection(workload, dataPlane, REASON);
  const object = live.get(refText(ref));
  const isOnDelete = upgrade?.why === ON_DELETE;
  if (upgrade?.way === 'restart' || (isOnDelete && evicts && isInjectedByWebhook(workload)))
    return object === undefined
      ? leave(workload, 'it is gone, or may not be read')
      : decideRestart(object, { workload, way: isOnDelete ? 'evict' : 'roll', release: versionText(version) });
  if (isOnDelete && (isInjectedByWebhook(workload) || workload.injection.how === 'manual'))
    return leave(workload, `${ON_DELETE}, or have them evicted with --evict`);
  return leave(workload, whyLeft(workload));
}

function isInjectedByWebhook({ injection: { how } }: WorkloadStatus): boolean {
  return how === 'webhook' || how === 'both';
}

function whyLeft({ upgrade }: WorkloadStatus): string {
  if (upgrade?.way === 'next-run') return 'the pods of its next run get the new sidecar';
  return upgrade?.why ?? 'what would upgrade it is not known';
}

interface RestartInputs {
  readonly workload: WorkloadStatus;
  readonly way: RestartWish['way'];
  readonly release: string;
}

function decideRestart(live: K8sObject, { workload, way, release }: RestartInputs): Decision {
  const { ref } = workload;
  const pinned = templateAnnotations(live)[PROXY_IMAGE];
  if (pinned !== undefined) return leave(workload, `annotation ${PROXY_IMAGE} pins its sidecar to ${pinned}`);
  const times = timesRestarted(live, release);
  // Evicting goes on with whatever is left; a rollout that ended and left old sidecars has to be begun again.
  const isBegun = times > 0 && (way === 'evict' || readinessOf(live).state !== 'ready');
  const obstacle = isBegun ? undefined : rolloutObstacle(live, way);
  if (obstacle !== undefined) return hold(workload, obstacle);
  const mark = isBegun ? (restartMarkOf(live) ?? release) : restartMark(release, times + 1);
  const restart = { ref, apiVersion: live.apiVersion, way, isBegun };
  return { do: 'restart', live, restart, wish: wishFor(live, mark, { workload, isBegun, release }), problems: [] };
}

interface Marking {
  readonly workload: WorkloadStatus;
  readonly isBegun: boolean;
  readonly release: string;
}

function wishFor(live: K8sObject, mark: string, { workload, isBegun, release }: Marking): Wish {
  const isAgain = !isBegun && timesRestarted(live, release) > 0;
  const notes = [
    ...(isAgain ? ['was restarted for this release before, and its pods still have another sidecar'] : []),
    ...(workload.injection.how === 'both'
      ? ['has a sidecar in its template too, which the webhook replaces in the pods: a restart is enough']
      : []),
  ];
  return {
    want: 'fields',
    object: marked(live, mark),
    isOurOwn: true,
    phase: 'data-plane',
    stage: 'write',
    because: { ...REASON, why: `its pods get the sidecar of Istio ${release}` },
    ...(notes.length === 0 ? {} : { notes }),
  };
}

/** Nobody serves in place of the only pod if its replacement is slow; budgets do not govern rollouts. */
function singleReplicas(workloads: readonly K8sObject[]): readonly Problem[] {
  const single = workloads.filter((live) => live.kind !== 'DaemonSet' && wantedPods(live) === 1);
  if (single.length === 0) return [];
  const names = shortList(single.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`));
  return [
    {
      id: 'restart-single-replica',
      severity: 'warning',
      message: `one replica only, which a restart replaces: ${names}`,
      hint: 'scale them to two first where callers would notice',
    },
  ];
}
