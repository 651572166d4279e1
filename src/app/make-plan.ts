import type { Change } from '../core/change.ts';
import { UpgradeError, UpgradeErrors } from '../core/errors.ts';
import { labelsOf, type ObjectRef, refOf, refText } from '../core/object.ts';
import { PHASES, type Phase } from '../core/phase.ts';
import { type Awaited, type Mention, PLAN_SCHEMA, type Plan } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import type { ApiResource, ApiResources } from '../core/resources.ts';
import { find, objectsOf, type Snapshot, snapshotOf } from '../core/snapshot.ts';
import type { Target, TargetObject } from '../core/target.ts';
import { versionText } from '../core/version.ts';
import type { Wish } from '../core/wish.ts';
import { componentsOf } from '../mesh/control-plane.ts';
import { understand } from '../mesh/mesh.ts';
import { chooseHop } from '../plan/choose-hop.ts';
import { type Desired, foldWishes } from '../plan/fold-wishes.ts';
import type { Hop } from '../plan/hop.ts';
import { inOrder } from '../plan/order.ts';
import { type Proposal, propose } from '../plan/propose.ts';
import { controllerOf } from '../plan/replicas.ts';
import { resourcesOfCrds, type Served, servedObject } from '../plan/served-object.ts';
import { webhookAgainstDryRun } from '../plan/webhooks.ts';
import type { Cluster, ListQuery } from './ports.ts';
import { type Predicted, predict } from './predict.ts';
import { readState } from './read-state.ts';

export interface PlanRequest {
  readonly target: Target;
  readonly istioNamespace: string;
  readonly phases: readonly Phase[];
  readonly prune: boolean;
  /** The plan is made to be carried out: what may not be written blocks it. */
  readonly willWrite: boolean;
  /** Whether a field that somebody else owns is taken over. */
  readonly isTaken: (ref: ObjectRef, path: string) => boolean;
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
  const { target, istioNamespace } = request;
  const [version, served] = await Promise.all([cluster.version(), cluster.discover()]);
  const live = await readWorkloads(cluster, served, istioNamespace);
  const journey = chooseHop(hops, {
    live: componentsOf(live, istioNamespace),
    target: componentsOf(snapshotOf(target.objects.map(({ object }) => object)), istioNamespace),
    istioNamespace,
  });
  const resources = withCrds(served, target);
  const postInstall = journey.hop.postInstallObjects(target);
  const wanted = servedAll([...target.objects, ...postInstall], resources, istioNamespace);
  const state = await readState(cluster, {
    resources: served,
    objects: wanted.readable(served),
    lists: listsFor(journey.hop, wanted.all, istioNamespace),
  });
  const snapshot: Snapshot = { objects: new Map([...live.objects, ...state.snapshot.objects]) };
  const rules = journey.hop.rules
    .filter(({ phase }) => request.phases.includes(phase))
    .map((rule) =>
      rule.apply({ mesh: understand(snapshot, istioNamespace), target, postInstall, prune: request.prune }),
    );
  const folded = foldWishes(
    rules.flatMap(({ wishes }) => wishes ?? []).map((wish) => servedWish(wish, resources, istioNamespace)),
  );
  const results = await predictAll({ desired: folded.desired, snapshot, resources, served, request, cluster });
  return {
    schema: PLAN_SCHEMA,
    from: versionText(journey.from),
    to: versionText(journey.to),
    istioNamespace,
    cluster: { address: cluster.address, version },
    phases: PHASES.filter((phase) => request.phases.includes(phase)),
    changes: inOrder(results.flatMap((result) => (result.kind === 'change' ? [result.change] : []))),
    unchanged: results.flatMap((result) => (result.kind === 'unchanged' ? [result.ref] : [])).sort(byText),
    skipped: rules.flatMap(({ skipped }) => skipped ?? []),
    leftovers: sortedMentions(rules.flatMap(({ leftovers }) => leftovers ?? [])),
    problems: [
      ...journey.problems,
      ...state.problems,
      ...rules.flatMap(({ problems }) => problems ?? []),
      ...folded.problems,
      ...results.flatMap(problemsOf),
    ],
    awaited: awaitedBy(folded.desired, resources, request.phases),
  };
}

async function readWorkloads(cluster: Cluster, resources: ApiResources, namespace: string): Promise<Snapshot> {
  const kinds = ['Deployment', 'DaemonSet', 'ReplicaSet'].map((kind) => ({ group: 'apps', kind }));
  const lists = kinds.map((kind) => ({ kind, query: { namespace } }));
  const { snapshot, problems } = await readState(cluster, { resources, objects: [], lists });
  if (problems.length === 0) return snapshot;
  throw new UpgradeErrors(problems.map(({ message, hint }) => new UpgradeError(message, { hint })));
}

function withCrds(served: ApiResources, target: Target): ApiResources {
  const crds = target.objects.flatMap(({ object }) => (object.kind === 'CustomResourceDefinition' ? [object] : []));
  const known = new Set(served.all.map(({ group, version, kind }) => `${group}/${version}/${kind}`));
  const coming = resourcesOfCrds(crds).filter(({ group, version, kind }) => !known.has(`${group}/${version}/${kind}`));
  return { all: [...served.all, ...coming] };
}

/** Every object of the target in a version that the server serves, or every reason why not. */
function servedAll(objects: readonly TargetObject[], resources: ApiResources, istioNamespace: string) {
  const errors: UpgradeError[] = [];
  const all: Served[] = [];
  for (const object of objects) {
    try {
      all.push(servedObject(object, resources, istioNamespace));
    } catch (error) {
      if (!(error instanceof UpgradeError)) throw error;
      errors.push(error);
    }
  }
  if (errors.length > 0) throw new UpgradeErrors(errors);
  // What a CustomResourceDefinition of this very plan will serve cannot be read yet.
  const readable = (served: ApiResources) =>
    [
      ...new Map(
        all.filter(({ resource }) => served.all.includes(resource)).map((one) => [refText(refOf(one.object)), one]),
      ).values(),
    ].map(({ object, resource }) => ({ ref: refOf(object), resource }));
  return { all, readable };
}

function servedWish(wish: Wish, resources: ApiResources, istioNamespace: string): Wish {
  if (wish.want !== 'installed') return wish;
  return { ...wish, object: servedObject(wish, resources, istioNamespace).object };
}

/** Where leftovers may lie: what the release's labels select among the kinds that either release installs. */
function listsFor(hop: Hop, served: readonly Served[], istioNamespace: string) {
  const releases = [...new Set(served.flatMap(({ object }) => labelsOf(object).release ?? []))];
  const kinds = new Map(
    served.map(({ resource }) => [
      `${resource.kind}.${resource.group}`,
      { resource: resource.namespaced, kind: { group: resource.group, kind: resource.kind } },
    ]),
  );
  for (const kind of hop.retiredKinds) kinds.set(`${kind.kind}.${kind.group}`, { resource: true, kind });
  const webhooks = ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'].map((kind) => ({
    kind: { group: 'admissionregistration.k8s.io', kind },
    query: {},
  }));
  const ofRelease = releases.flatMap((release) =>
    [...kinds.values()].map(({ kind, resource }) => {
      const query: ListQuery = {
        labelSelector: `release=${release},chart,heritage`,
        ...(resource ? { namespace: istioNamespace } : {}),
      };
      return { kind, query };
    }),
  );
  return [...webhooks, ...ofRelease.filter(({ kind }) => kind.kind !== 'CustomResourceDefinition')];
}

interface PredictAll {
  readonly desired: readonly Desired[];
  readonly snapshot: Snapshot;
  readonly resources: ApiResources;
  /** What the server serves today, without what the plan's own CustomResourceDefinitions will add. */
  readonly served: ApiResources;
  readonly request: PlanRequest;
  readonly cluster: Cluster;
}

async function predictAll({
  desired,
  snapshot,
  resources,
  served,
  request,
  cluster,
}: PredictAll): Promise<readonly Predicted[]> {
  const proposals = desired
    .filter(({ phase }) => request.phases.includes(phase))
    .flatMap((one) => propose(one, proposeContext(one, snapshot, resources, request)) ?? []);
  return Promise.all(
    proposals.map((proposal) =>
      predict(proposal, { cluster, whyNotOnServer: whyNot(proposal, snapshot, served), willWrite: request.willWrite }),
    ),
  );
}

function proposeContext(desired: Desired, snapshot: Snapshot, resources: ApiResources, { isTaken }: PlanRequest) {
  const replicaSets = objectsOf(snapshot, { group: 'apps', kind: 'ReplicaSet' }, desired.ref.namespace);
  return {
    resource: resourceOf(desired, resources),
    live: find(snapshot, desired.ref),
    replicaSets: {
      controlled: replicaSets.filter(
        (set) => controllerOf(set) === desired.ref.name && desired.ref.kind === 'Deployment',
      ),
      orphaned: replicaSets.filter((set) => controllerOf(set) === undefined),
    },
    isTaken,
  };
}

function resourceOf({ ref, apiVersion }: Desired, resources: ApiResources): ApiResource {
  const found = resources.all.find(
    ({ group, version, kind }) => kind === ref.kind && (group === '' ? version : `${group}/${version}`) === apiVersion,
  );
  if (!found) throw new UpgradeError(`no resource for ${refText(ref)} as ${apiVersion}`);
  return found;
}

function whyNot({ resource }: Proposal, snapshot: Snapshot, served: ApiResources): string | undefined {
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

function byText(a: ObjectRef, b: ObjectRef): number {
  return refText(a) < refText(b) ? -1 : 1;
}
