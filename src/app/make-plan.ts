import { awaitedLater } from '../core/awaited-later.ts';
import type { Change } from '../core/change.ts';
import { refOf, refText } from '../core/object.ts';
import { PHASES } from '../core/phase.ts';
import { type Mention, PLAN_SCHEMA, type Plan, type Restart } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import { type ApiResources, findResource } from '../core/resources.ts';
import type { Right } from '../core/right.ts';
import { find, type Snapshot, snapshotOf } from '../core/snapshot.ts';
import type { Target, TargetObject } from '../core/target.ts';
import { compareMinors, sameRelease, versionText } from '../core/version.ts';
import type { Wish } from '../core/wish.ts';
import { componentsOf } from '../mesh/control-plane.ts';
import { understand } from '../mesh/mesh.ts';
import { meshConfigOf } from '../mesh/mesh-config.ts';
import { trafficOf } from '../mesh/traffic.ts';
import { chooseHop, type Journey } from '../plan/choose-hop.ts';
import { foldWishes } from '../plan/fold-wishes.ts';
import type { Hop } from '../plan/hop.ts';
import { type Missing, mayNotEvict, missingRightProblems } from '../plan/missing-rights.ts';
import { type MtlsReport, mtlsReport } from '../plan/mtls-report.ts';
import { inOrder } from '../plan/order.ts';
import { projected } from '../plan/project.ts';
import { evictionRight } from '../plan/rights.ts';
import type { RestartWish, RuleResult } from '../plan/rule.ts';
import { servedObject, withCrdsOf } from '../plan/served-object.ts';
import { rightsAsker } from './ask-rights.ts';
import { awaitedBy, byText } from './awaited.ts';
import { type DataPlaneInputs, type DataPlaneRead, readDataPlane } from './data-plane.ts';
import { type Installing, installingBy, isDeletedByHelm, withoutTold } from './installing.ts';
import { INVENTORY_GROUPS, readInventory } from './inventory.ts';
import { withPilotVersion } from './pilot-version.ts';
import { helmWishes, planHelm } from './plan-helm.ts';
import type { PlanRequest } from './plan-request.ts';
import type { Cluster } from './ports.ts';
import type { Predicted } from './predict.ts';
import { predictAll } from './predict-all.ts';
import { checkLists, withoutIgnored, withoutRepeated } from './preflight.ts';
import { problemsOf, resourceOf } from './proposing.ts';
import { groupsOf, readBesides, readsConfiguration, readWorkloads, servedAll, targetRequest } from './read-mesh.ts';
import { readState } from './read-state.ts';
import { runChecks } from './run-checks.ts';
import { askServer } from './server.ts';
import { hasServerSideApply, noServerSideApply } from './server-side-apply.ts';
import { statusOf } from './status.ts';
import { withoutExplainedFailures } from './webhook-failure.ts';

/**
 * Reads the live cluster and computes the whole upgrade. Writes nothing.
 * @param hops the known upgrade path
 * @throws UpgradeError (exit 3) when no hop leads from what runs to the target, or the server serves no version of a kind; every such
 *   error at once as UpgradeErrors
 */
export async function makePlan(request: PlanRequest, cluster: Cluster, hops: readonly Hop[]): Promise<Plan> {
  const { istioNamespace, isBack = false } = request;
  const asked = askServer(cluster, groupsIn(request.target, hops));
  // The pods of a big mesh take longer than everything else: they are read from now on, and needed late.
  const inventory = awaitedLater(
    asked.then((server) => readInventory({ istioNamespace, ...EVERYWHERE }, cluster, server)),
  );
  const workloadsRead = awaitedLater(
    asked.then(({ resources: known }) => readWorkloads(cluster, known, istioNamespace)),
  );
  const helm = await installingBy(request, cluster, asked);
  const { target = NO_TARGET, installs } = helm;
  const { version, resources: served } =
    installs.length === 0 ? await asked : await askServer(cluster, groupsIn(helm.target, hops, installs));
  const live = await workloadsRead;
  const journey = chooseHop(hops, {
    live: await withPilotVersion(componentsOf(live, istioNamespace), cluster, istioNamespace),
    target: helm.target && componentsOf(snapshotOf(target.objects.map(({ object }) => object)), istioNamespace),
    istioNamespace,
    isBack,
  });
  const resources = withCrdsOf(target, served);
  const { hop } = journey;
  // They are about what the newer release makes of the mesh.
  const checks = isBack ? [] : hop.checks;
  const postInstall = helm.runsHooks ? hop.postInstallObjects(target) : [];
  const wanted = servedAll([...target.objects, ...postInstall, ...installs], resources, istioNamespace);
  const forTarget = targetRequest({
    resources: served,
    target: wanted,
    hop,
    istioNamespace,
    phases: request.phases,
    isBack,
  });
  const forChecks = checkLists(checks, { resources: served, istioNamespace });
  const status = awaitedLater(inventory.then((one) => statusOf(one, cluster, journey.to)));
  const [state, workloads] = await Promise.all([
    readState(cluster, { ...forTarget, lists: [...forTarget.lists, ...forChecks] }),
    readWorkloadsFor(request, journey, {
      cluster,
      resources: served,
      kubernetes: version,
      istioNamespace,
      everywhere: status,
    }),
  ]);
  const dataPlane = workloads?.dataPlane;
  const first: Snapshot = {
    objects: new Map([...live.objects, ...state.snapshot.objects, ...(dataPlane?.live ?? [])]),
  };
  const { phases, prune, removeAnnotations, isTaken } = request;
  const selections = hop.readsBesides.select(understand(first, istioNamespace));
  const besides = await readBesides(cluster, selections, served);
  const snapshot: Snapshot = { objects: new Map([...first.objects, ...besides.snapshot.objects]) };
  const mesh = understand(snapshot, istioNamespace);
  const context = { mesh, target, postInstall, phases, prune, removeAnnotations, isTaken, dataPlane };
  // A run that leaves the control plane as it is loses nothing of it to the target.
  const isInstalled = helm.target !== undefined && phases.includes('control-plane');
  const checking = awaitedLater(
    runChecks(checks, {
      cluster,
      resources: served,
      mesh,
      selections,
      unread: new Set([...state.unread, ...besides.unread]),
      status,
      context: {
        ...context,
        target: isInstalled ? target : NO_TARGET,
        postInstall: isInstalled ? postInstall : [],
        from: journey.from,
        to: isInstalled ? journey.to : undefined,
        kubernetes: version,
      },
    }),
  );
  const rules = hop.rules
    .filter(({ phase }) => request.phases.includes(phase))
    .map((rule) => withoutHelms(rule.apply(context), helm, snapshot));
  const wishes = rules
    .flatMap((rule) => rule.wishes ?? [])
    .map((wish) => servedWish(wish, resources, istioNamespace))
    .filter((wish) => !(wish.want === 'installed' && helm.objects.has(refText(refOf(wish.object)))));
  const folded = foldWishes([...wishes, ...helmWishes(helm.objects, snapshot)]);
  const findMissing = rightsAsker(cluster);
  const inputs = { desired: folded.desired, snapshot, resources, served, request, cluster, version, findMissing, helm };
  const results = await predictAll(inputs);
  const checked = await checking;
  const restarts = rules.flatMap((rule) => rule.restarts ?? []).map((restart) => withResource(restart, resources));
  const predicted = results.flatMap((result) =>
    result.kind === 'change' ? [withEviction(result.change, restarts)] : [],
  );
  const helmPlan = planHelm(helm.readings, predicted, { resources, live: snapshot });
  const changes = inOrder([...predicted, ...helmPlan.changes]);
  const report = reportOf(changes, { snapshot, journey, request, told: checked.found });
  const problems = [
    ...(request.target === undefined && !phases.includes('data-plane') ? [WITHOUT_TARGET] : []),
    ...helm.problems,
    ...(request.found ?? []),
    ...((await request.foundMeanwhile) ?? []),
    ...journey.problems,
    ...unreadMeshConfig(snapshot, istioNamespace),
    ...(hasServerSideApply(version) ? [] : [noServerSideApply(request.willWrite)]),
    ...state.problems,
    ...besides.problems,
    ...checked.problems,
    ...(workloads?.problems ?? []),
    ...withoutTold(checked.found, helm),
    ...rules.flatMap((rule) => rule.problems ?? []),
    ...folded.problems,
    ...results.flatMap(problemsOf),
    ...missingRightProblems(results.flatMap(missingOf), request.willWrite),
    ...mayNotEvict(await findMissing(evictionRights(restarts)), request.willWrite),
    ...helmPlan.problems,
    ...report.problems,
  ];
  const unchanged = results.flatMap((result) => (result.kind === 'unchanged' ? [result.ref] : [])).sort(byText);
  return {
    schema: PLAN_SCHEMA,
    from: versionText(journey.from),
    to: versionText(journey.to),
    istioNamespace,
    cluster: { address: cluster.address, version },
    phases: PHASES.filter((phase) => request.phases.includes(phase)),
    changes,
    unchanged,
    restsOn: basisOf({ changes, unchanged, mtls: report.mtls }, snapshot, resources),
    skipped: sortedMentions([...rules.flatMap(({ skipped }) => skipped ?? []), ...helm.skipped]),
    leftovers: sortedMentions(rules.flatMap(({ leftovers }) => leftovers ?? [])),
    problems: [...withoutIgnored(withoutExplainedFailures(withoutRepeated(problems)), request.ignored)].sort(byObject),
    checks: checks.map(({ id }) => id),
    ignored: request.ignored,
    mtls: report.mtls,
    awaited: awaitedBy(folded.desired, resources, request.phases),
    dataPlane: dataPlane && { restarts, leftAlone: rules.flatMap(({ leftAlone }) => leftAlone ?? []) },
    ...(helmPlan.operations.length === 0 ? {} : { helm: helmPlan.operations }),
  };
}

/** Defaults stand in for what cannot be read, which is told. */
function unreadMeshConfig(snapshot: Snapshot, istioNamespace: string): readonly Problem[] {
  const { problem } = meshConfigOf(snapshot, istioNamespace);
  if (problem === undefined) return [];
  const ref = { group: '', kind: 'ConfigMap', namespace: istioNamespace, name: 'istio' };
  return [
    {
      id: 'mesh-config-unread',
      severity: 'warning',
      ref,
      message: `${refText(ref)}: its mesh configuration cannot be read: ${problem}`,
      hint: 'mend it first: what it says about mutual TLS and visibility is not in this plan',
    },
  ];
}

/** What is live of the objects that a plan names and does not change. */
function basisOf(
  { changes, unchanged, mtls }: Pick<Plan, 'changes' | 'unchanged' | 'mtls'>,
  snapshot: Snapshot,
  resources: ApiResources,
): Plan['restsOn'] {
  const followed = mtls.flatMap(({ service, before, after }) => [
    service,
    ...(before?.because ?? []),
    ...(after?.because ?? []),
  ]);
  const named = new Map([...unchanged, ...followed].map((ref) => [refText(ref), ref]));
  for (const { ref } of changes) named.delete(refText(ref));
  return [...named.values()].sort(byText).flatMap((ref) => {
    const object = find(snapshot, ref);
    const resource = object && findResource(resources, object.apiVersion, object.kind);
    return object === undefined || resource === undefined ? [] : [{ object, resource }];
  });
}

const EVERYWHERE = { namespace: undefined, labelSelector: undefined };
const NO_TARGET: Target = { objects: [] };
const WITHOUT_TARGET: Problem = {
  id: 'no-target',
  severity: 'note',
  message: 'nothing is to be installed: without a target only phases config and data-plane have anything to do',
};

/** All that is asked about an API server beforehand, for the target, what Helm would install besides, and the mesh's inventory. */
function groupsIn(
  target: Target | undefined,
  hops: readonly Hop[],
  installs: readonly TargetObject[] = [],
): readonly string[] {
  return [...groupsOf([...everything(target ?? NO_TARGET, hops), ...installs], hops), ...INVENTORY_GROUPS];
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

function servedWish(wish: Wish, resources: ApiResources, istioNamespace: string): Wish {
  if (wish.want !== 'installed') return wish;
  return { ...wish, object: servedObject(wish, resources, istioNamespace).object };
}

/** What Helm deletes is neither left behind nor deleted by a rule. */
function withoutHelms(rule: RuleResult, helm: Installing, live: Snapshot): RuleResult {
  const { wishes = [], leftovers = [] } = rule;
  return {
    ...rule,
    wishes: wishes.filter((wish) => wish.want !== 'absent' || !isDeletedByHelm(wish.ref, helm, live)),
    leftovers: leftovers.filter(({ ref }) => !isDeletedByHelm(ref, helm, live)),
  };
}

function missingOf(result: Predicted): readonly Missing[] {
  return result.kind === 'change' ? [{ ref: result.change.ref, rights: result.missing }] : [];
}

function evictionRights(restarts: readonly Restart[]): readonly Right[] {
  const namespaces = restarts.flatMap(({ way, ref }) => (way === 'evict' ? [ref.namespace] : []));
  return [...new Set(namespaces)].sort().map(evictionRight);
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
