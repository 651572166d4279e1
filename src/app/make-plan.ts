import type { Change } from '../core/change.ts';
import { EXIT, UpgradeError } from '../core/errors.ts';
import { apiVersionOf, type K8sObject, type ObjectRef, refOf, refText } from '../core/object.ts';
import { PHASES, type Phase } from '../core/phase.ts';
import { type Awaited, type Mention, PLAN_SCHEMA, type Plan, type Restart } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import { type ApiResource, type ApiResources, findResource } from '../core/resources.ts';
import { find, objectsOf, type Snapshot, snapshotOf } from '../core/snapshot.ts';
import type { Target, TargetObject } from '../core/target.ts';
import { compareMinors, sameRelease, versionText } from '../core/version.ts';
import type { Wish } from '../core/wish.ts';
import { componentsOf } from '../mesh/control-plane.ts';
import { understand } from '../mesh/mesh.ts';
import { trafficOf } from '../mesh/traffic.ts';
import { heldUp } from '../plan/all-or-none.ts';
import { chooseHop, type Journey } from '../plan/choose-hop.ts';
import { type Desired, foldWishes } from '../plan/fold-wishes.ts';
import type { Hop, RestartWish } from '../plan/hop.ts';
import { type MtlsReport, mtlsReport } from '../plan/mtls-report.ts';
import { inOrder } from '../plan/order.ts';
import { projected } from '../plan/project.ts';
import { type Proposal, propose } from '../plan/propose.ts';
import { controllerOf } from '../plan/replicas.ts';
import { resourcesOfCrds, servedObject } from '../plan/served-object.ts';
import { webhookAgainstDryRun } from '../plan/webhooks.ts';
import { type DataPlaneInputs, type DataPlaneRead, type DataPlaneRequest, readDataPlane } from './data-plane.ts';
import { withPilotVersion } from './pilot-version.ts';
import type { Cluster } from './ports.ts';
import { type Predicted, predict } from './predict.ts';
import { checkLists, checkSelections, findProblems, withoutIgnored, withoutRepeated } from './preflight.ts';
import { groupsOf, readBesides, readsConfiguration, readWorkloads, servedAll, targetRequest } from './read-mesh.ts';
import { readState } from './read-state.ts';
import { hasServerSideApply, NO_SERVER_SIDE_APPLY, noServerSideApply } from './server-side-apply.ts';
import { isAboutReading, readStatus } from './status.ts';

export interface PlanRequest {
  /** undefined: nothing is to be installed, and only phases `config` and `data-plane` have anything to do. */
  readonly target: Target | undefined;
  readonly istioNamespace: string;
  readonly phases: readonly Phase[];
  readonly prune: boolean;
  readonly removeAnnotations: boolean;
  /** The plan is made to be carried out: what may not be written blocks it. */
  readonly willWrite: boolean;
  /** Whether a field that somebody else owns is taken over. */
  readonly isTaken: (ref: ObjectRef, path: string) => boolean;
  /** Ids of findings that do not block. */
  readonly ignored: readonly string[];
  /** Which workloads phase `data-plane` is about; without it that phase has nothing to do. */
  readonly dataPlane?: DataPlaneRequest | undefined;
  /** Objects that a run deleted to create them again and was cut off, as they were, by `refText`. */
  readonly lost?: ReadonlyMap<string, K8sObject> | undefined;
  /** The target is the release that the mesh comes from. */
  readonly isBack?: boolean | undefined;
}

/** Kinds whose rollout a phase waits for. */
const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet'];

/**
 * Reads the live cluster and computes the whole upgrade. Writes nothing.
 * @param hops the known upgrade path
 * @throws UpgradeError (exit 3) when no hop leads from what runs to the target, or the server serves no version of a kind; every such
 *   error at once as UpgradeErrors
 */
export async function makePlan(request: PlanRequest, cluster: Cluster, hops: readonly Hop[]): Promise<Plan> {
  const { target = NO_TARGET, istioNamespace, isBack = false } = request;
  const [version, served] = await Promise.all([
    cluster.version(),
    cluster.discover([...new Set([...groupsOf(everything(target, hops), hops), ...groupsOfWorkloads(request)])]),
  ]);
  const live = await readWorkloads(cluster, served, istioNamespace);
  const journey = chooseHop(hops, {
    live: await withPilotVersion(componentsOf(live, istioNamespace), cluster, istioNamespace),
    target: request.target && componentsOf(snapshotOf(target.objects.map(({ object }) => object)), istioNamespace),
    istioNamespace,
    isBack,
  });
  const resources = withCrds(served, target);
  const postInstall = journey.hop.postInstallObjects(target);
  const wanted = servedAll([...target.objects, ...postInstall], resources, istioNamespace);
  const { hop } = journey;
  // They are about what the newer release makes of the mesh.
  const checks = isBack ? [] : hop.checks;
  const forTarget = targetRequest({
    resources: served,
    target: wanted,
    hop,
    istioNamespace,
    phases: request.phases,
    isBack,
  });
  const forChecks = checkLists(checks, { resources: served, istioNamespace });
  const everywhere = readStatus(
    { istioNamespace, namespace: undefined, labelSelector: undefined, against: journey.to },
    cluster,
  );
  const [state, workloads, status] = await Promise.all([
    readState(cluster, { ...forTarget, lists: [...forTarget.lists, ...forChecks] }),
    readWorkloadsFor(request, journey, { cluster, resources: served, istioNamespace, everywhere }),
    everywhere,
  ]);
  const dataPlane = workloads?.dataPlane;
  const first: Snapshot = {
    objects: new Map([...live.objects, ...state.snapshot.objects, ...(dataPlane?.live ?? [])]),
  };
  const { phases, prune, removeAnnotations, isTaken } = request;
  const seen = { mesh: understand(first, istioNamespace), status: status.mesh };
  const selections = [...hop.readsBesides(seen.mesh), ...checkSelections(checks, seen)];
  const besides = await readBesides(cluster, selections, served);
  const snapshot: Snapshot = { objects: new Map([...first.objects, ...besides.snapshot.objects]) };
  const mesh = understand(snapshot, istioNamespace);
  const context = { mesh, target, postInstall, phases, prune, removeAnnotations, isTaken, dataPlane };
  const found = findProblems(checks, {
    ...context,
    from: journey.from,
    to: request.target && journey.to,
    kubernetes: version,
    status: status.mesh,
    unread: new Set([...state.unread, ...besides.unread]),
  });
  const rules = hop.rules.filter(({ phase }) => request.phases.includes(phase)).map((rule) => rule.apply(context));
  const folded = foldWishes(
    rules.flatMap(({ wishes }) => wishes ?? []).map((wish) => servedWish(wish, resources, istioNamespace)),
  );
  const results = await predictAll({ desired: folded.desired, snapshot, resources, served, request, cluster, version });
  const restarts = rules.flatMap((rule) => rule.restarts ?? []).map((restart) => withResource(restart, resources));
  const changes = inOrder(
    results.flatMap((result) => (result.kind === 'change' ? [withEviction(result.change, restarts)] : [])),
  );
  const report = reportOf(changes, { snapshot, journey, request, told: found });
  const problems = [
    ...(request.target === undefined && !phases.includes('data-plane') ? [WITHOUT_TARGET] : []),
    ...journey.problems,
    ...(hasServerSideApply(version) ? [] : [noServerSideApply(request.willWrite)]),
    ...state.problems,
    ...besides.problems,
    ...status.problems.filter(isAboutReading),
    ...(workloads?.problems ?? []),
    ...found,
    ...rules.flatMap((rule) => rule.problems ?? []),
    ...folded.problems,
    ...results.flatMap(problemsOf),
    ...report.problems,
  ];
  return {
    schema: PLAN_SCHEMA,
    from: versionText(journey.from),
    to: versionText(journey.to),
    istioNamespace,
    cluster: { address: cluster.address, version },
    phases: PHASES.filter((phase) => request.phases.includes(phase)),
    changes,
    unchanged: results.flatMap((result) => (result.kind === 'unchanged' ? [result.ref] : [])).sort(byText),
    skipped: sortedMentions(rules.flatMap(({ skipped }) => skipped ?? [])),
    leftovers: sortedMentions(rules.flatMap(({ leftovers }) => leftovers ?? [])),
    problems: [...withoutIgnored(withoutRepeated(problems), request.ignored)].sort(byObject),
    checks: checks.map(({ id }) => id),
    ignored: request.ignored,
    mtls: report.mtls,
    awaited: awaitedBy(folded.desired, resources, request.phases),
    dataPlane: dataPlane && { restarts, leftAlone: rules.flatMap(({ leftAlone }) => leftAlone ?? []) },
  };
}

const NO_TARGET: Target = { objects: [] };
const WITHOUT_TARGET: Problem = {
  id: 'no-target',
  severity: 'note',
  message: 'nothing is to be installed: without a target only phases config and data-plane have anything to do',
};

function groupsOfWorkloads({ dataPlane }: PlanRequest): readonly string[] {
  return dataPlane === undefined ? [] : ['apps', 'batch'];
}

async function readWorkloadsFor(
  { phases, dataPlane, target }: PlanRequest,
  { from, to }: Journey,
  around: Omit<DataPlaneInputs, 'version' | 'next'>,
): Promise<DataPlaneRead | undefined> {
  if (dataPlane === undefined || !phases.includes('data-plane')) return undefined;
  const isInstalled = !phases.includes('control-plane') && sameRelease(from, to);
  return readDataPlane(dataPlane, { ...around, version: to, next: isInstalled ? undefined : target });
}

function withResource({ apiVersion, ...restart }: RestartWish, resources: ApiResources): Restart {
  return { ...restart, resource: resourceOf({ ref: restart.ref, apiVersion }, resources) };
}

function withEviction(change: Change, restarts: readonly Restart[]): Change {
  const restart = restarts.find(({ ref }) => refText(ref) === refText(change.ref));
  return restart?.way === 'evict' ? { ...change, steps: [...change.steps, { do: 'evict' }] } : change;
}

interface Around {
  readonly snapshot: Snapshot;
  readonly journey: Journey;
  readonly request: PlanRequest;
  /** What checks found. */
  readonly told: readonly Problem[];
}

/** Each state of the mesh by the version that runs in it. */
function reportOf(changes: readonly Change[], { snapshot, journey, request, told }: Around): MtlsReport {
  const { istioNamespace, phases } = request;
  if (!phases.some(readsConfiguration)) return { mtls: [], problems: [] };
  const { from, to } = journey.hop.semantics;
  const today = compareMinors(journey.from, journey.hop.to) === 0 ? to : from;
  const reached = request.isBack ? from : to;
  const then = phases.includes('control-plane') ? reached : today;
  const before = trafficOf(snapshot, istioNamespace, today);
  return mtlsReport(changes, {
    before,
    after: trafficOf(projected(snapshot, changes), istioNamespace, then),
    sameMesh: then === today ? before : trafficOf(snapshot, istioNamespace, then),
    told: new Set(told.flatMap(({ ref }) => (ref === undefined ? [] : [refText(ref)]))),
  });
}

/** The target with what the release's Jobs would add, whichever hop it is. */
function everything(target: Target, hops: readonly Hop[]): readonly TargetObject[] {
  return [...target.objects, ...hops.flatMap((hop) => hop.postInstallObjects(target))];
}

function withCrds(served: ApiResources, target: Target): ApiResources {
  const crds = target.objects.flatMap(({ object }) => (object.kind === 'CustomResourceDefinition' ? [object] : []));
  const coming = resourcesOfCrds(crds).filter((one) => findResource(served, apiVersionOf(one), one.kind) === undefined);
  return { all: [...served.all, ...coming] };
}

function servedWish(wish: Wish, resources: ApiResources, istioNamespace: string): Wish {
  if (wish.want !== 'installed') return wish;
  return { ...wish, object: servedObject(wish, resources, istioNamespace).object };
}

interface PredictAll {
  readonly desired: readonly Desired[];
  readonly snapshot: Snapshot;
  readonly resources: ApiResources;
  /** What the server serves today, without what the plan's own CustomResourceDefinitions will add. */
  readonly served: ApiResources;
  readonly request: PlanRequest;
  readonly cluster: Cluster;
  /** The server's. */
  readonly version: string;
}

async function predictAll({
  desired,
  snapshot,
  resources,
  served,
  request,
  cluster,
  version,
}: PredictAll): Promise<readonly Predicted[]> {
  const replicaSets = objectsOf(snapshot, { group: 'apps', kind: 'ReplicaSet' });
  const predictOne = async (one: Desired): Promise<readonly Grouped[]> => {
    const proposal = propose(one, proposeContext(one, { snapshot, resources, replicaSets, request }));
    if (proposal === undefined) return [];
    const { willWrite } = request;
    const predicted = await predict(proposal, {
      cluster,
      whyNotOnServer: whyNot(proposal, { snapshot, served, version }),
      willWrite,
    });
    return [{ ...withRequirements(predicted, one, resources), together: one.together ?? [] }];
  };
  const running: Promise<readonly Grouped[]>[] = [];
  for (const one of desired.filter(({ phase }) => request.phases.includes(phase))) {
    const prediction = predictOne(one);
    // It is awaited below, with all others; until then a failure is not unhandled.
    prediction.catch(() => undefined);
    running.push(prediction);
    // The server works on the first predictions while the next ones are computed.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return withoutHeldUp((await Promise.all(running)).flat());
}

type Grouped = Predicted & { readonly together: readonly string[] };

/** What has to go together goes together: where one object cannot be changed, the others of its group stay, and are named. */
function withoutHeldUp(all: readonly Grouped[]): readonly Predicted[] {
  const outcomes = all.map((one) => ({
    one,
    ref: one.kind === 'change' ? one.change.ref : one.ref,
    conflicts: one.kind === 'change' ? one.change.conflicts : one.conflicts,
    together: one.together,
  }));
  const held = heldUp(outcomes);
  return outcomes.map((outcome) => {
    const problem = held.get(outcome);
    if (problem === undefined || outcome.one.kind !== 'change') return outcome.one;
    const { ref, conflicts, one } = outcome;
    return { kind: 'unchanged', ref, conflicts, problems: [...one.problems, problem] };
  });
}

interface ProposeInputs {
  readonly snapshot: Snapshot;
  readonly resources: ApiResources;
  readonly replicaSets: readonly K8sObject[];
  readonly request: Pick<PlanRequest, 'isTaken' | 'lost'>;
}

function proposeContext(desired: Desired, { snapshot, resources, replicaSets, request }: ProposeInputs) {
  const isHere = ({ metadata }: K8sObject) => metadata.namespace === desired.ref.namespace;
  return {
    resource: resourceOf(desired, resources),
    live: find(snapshot, desired.ref),
    replicaSets: {
      controlled: replicaSets.filter(
        (set) => isHere(set) && desired.ref.kind === 'Deployment' && controllerOf(set) === desired.ref.name,
      ),
      orphaned: replicaSets.filter((set) => isHere(set) && controllerOf(set) === undefined),
    },
    isTaken: request.isTaken,
    lost: request.lost?.get(refText(desired.ref)),
  };
}

function withRequirements(predicted: Predicted, { requires = [] }: Desired, resources: ApiResources): Predicted {
  if (predicted.kind === 'unchanged' || requires.length === 0) return predicted;
  const required = requires.map((object) => ({
    object,
    resource: resourceOf({ ref: refOf(object), apiVersion: object.apiVersion }, resources),
  }));
  return { ...predicted, change: { ...predicted.change, requires: required } };
}

function resourceOf({ ref, apiVersion }: Pick<Desired, 'ref' | 'apiVersion'>, resources: ApiResources): ApiResource {
  const found = findResource(resources, apiVersion, ref.kind);
  if (!found) {
    throw new UpgradeError(`this server does not serve ${apiVersion} ${ref.kind}, which ${refText(ref)} needs`, {
      hint: 'is its CustomResourceDefinition among the files?',
      exit: EXIT.blocked,
    });
  }
  return found;
}

function whyNot(
  { resource }: Proposal,
  { snapshot, served, version }: Pick<PredictAll, 'snapshot' | 'served' | 'version'>,
): string | undefined {
  if (!hasServerSideApply(version)) return NO_SERVER_SIDE_APPLY;
  if (!served.all.includes(resource)) return 'its CustomResourceDefinition comes with this plan';
  const webhook = webhookAgainstDryRun(snapshot, resource);
  return webhook === undefined ? undefined : `webhook ${webhook} does not support dry-runs`;
}

function problemsOf(result: Predicted): readonly Problem[] {
  const conflicts: readonly Change['conflicts'][number][] =
    result.kind === 'change' ? result.change.conflicts : result.conflicts;
  const ref = result.kind === 'change' ? result.change.ref : result.ref;
  const left = conflicts.filter(({ taken }) => !taken);
  return [
    ...result.problems,
    ...left.map(
      ({ owner, path }): Problem => ({
        id: 'field-conflict',
        severity: 'warning',
        ref,
        message: `${refText(ref)}: ${path} is owned by "${owner}"`,
        hint: `left to its owner (default); take it over with --take ${refText(ref)}:${path}`,
      }),
    ),
  ];
}

/** All of the target's CustomResourceDefinitions and workloads are waited for, changed or not. */
function awaitedBy(desired: readonly Desired[], resources: ApiResources, phases: readonly Phase[]): Plan['awaited'] {
  const awaited = (phase: Phase, kinds: readonly string[]): readonly Awaited[] =>
    phases.includes(phase)
      ? desired
          .filter((one) => one.phase === phase && !one.isAbsent && kinds.includes(one.ref.kind))
          .map((one) => ({ ref: one.ref, resource: resourceOf(one, resources) }))
          .sort((a, b) => byText(a.ref, b.ref))
      : [];
  return {
    crds: awaited('crds', ['CustomResourceDefinition']),
    config: [],
    'control-plane': awaited('control-plane', WORKLOADS),
    'data-plane': [],
  };
}

function sortedMentions(mentions: readonly Mention[]): readonly Mention[] {
  return [...mentions].sort((a, b) => byText(a.ref, b.ref));
}

/** Problems of no object first; those of one object stay in the order in which they were found. */
function byObject(a: Problem, b: Problem): number {
  const [left, right] = [a, b].map(({ ref }) => (ref === undefined ? '' : refText(ref)));
  if (left === right || left === undefined || right === undefined) return 0;
  return left < right ? -1 : 1;
}

function byText(a: ObjectRef, b: ObjectRef): number {
  return refText(a) < refText(b) ? -1 : 1;
}
