import type { Change } from '../core/change.ts';
import { type K8sObject, refOf, refText } from '../core/object.ts';
import { PHASES, type Phase } from '../core/phase.ts';
import { type Awaited, PLAN_SCHEMA, type Plan, type Restart } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import { type ApiResource, type ApiResources, findResource, servedVersions } from '../core/resources.ts';
import type { KeptRun } from '../core/run.ts';
import { shortList } from '../core/short-list.ts';
import { compareMinors, parseVersion, versionText } from '../core/version.ts';
import type { Reason } from '../core/wish.ts';
import { componentsOf, isPilot } from '../mesh/control-plane.ts';
import type { ChosenRuns } from '../plan/choose-runs.ts';
import { historiesOf, leftBehind, type ObjectHistory } from '../plan/object-history.ts';
import { inOrder } from '../plan/order.ts';
import { losesStoredVersion, orphanDeletion, rollbackChange, strandedSets } from '../plan/rollback-change.ts';
import { type Undo, undoObject } from '../plan/undo-object.ts';
import { instancesOf } from './instances.ts';
import type { Cluster } from './ports.ts';
import { readWorkloads } from './read-mesh.ts';
import { collect } from './read-state.ts';

export interface RollbackRequest extends ChosenRuns {
  readonly istioNamespace: string;
  readonly phases: readonly Phase[];
  /** Whether a field that somebody else changed since is put back all the same. */
  readonly isTaken: Parameters<typeof undoObject>[0]['isTaken'];
}

// The control plane goes first and its CustomResourceDefinitions last; sidecars come from the injector that is there then.
const PHASES_BACKWARDS: readonly Phase[] = ['control-plane', 'config', 'crds', 'data-plane'];
const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet'];
const DOCS = 'https://istio.io/v1.2/docs/setup/kubernetes/upgrade/steps/#kubernetes-upgrade';

/** A rollback that is taken back leads forward again. */
function wayOf(runs: readonly KeptRun[]): readonly Phase[] {
  return runs.every(({ record }) => record.undoes.length > 0) ? PHASES : PHASES_BACKWARDS;
}

interface Undone {
  readonly history: ObjectHistory;
  readonly live: K8sObject | undefined;
  readonly left: K8sObject | undefined;
  readonly undo: Undo;
}

/**
 * The way back from runs, from what they kept and what is live, as a plan like any other. Writes nothing.
 * @throws UpgradeError when the server cannot be reached
 */
export async function planRollback(request: RollbackRequest, cluster: Cluster): Promise<Plan> {
  const { runs, begun, istioNamespace, isTaken } = request;
  const phases = wayOf(runs).filter((phase) => request.phases.includes(phase));
  const [version, resources] = await Promise.all([cluster.version(), cluster.discover()]);
  const histories = historiesOf(runs, begun, phases);
  const undone = await Promise.all(
    histories.map(async (history): Promise<Undone> => {
      const { ref, resource, original } = history;
      const live = isServed(resource, resources) ? await cluster.get(resource, ref) : undefined;
      const left = leftBehind(history, live);
      return { history, live, left, undo: undoObject({ ref, original, left, live, isTaken }) };
    }),
  );
  const because = reasonOf(runs);
  const definitions = await keptDefinitions(undone, cluster);
  const replicaSets = await readReplicaSets(undone, { cluster, resources });
  const changes = undone
    .filter(({ history }) => !definitions.has(refText(history.ref)))
    .flatMap((one) => changesOf(one, { because, replicaSets, resources }));
  const { from, to } = endsOf(runs);
  const data = dataPlaneOf(runs, changes, phases);
  return {
    schema: PLAN_SCHEMA,
    from,
    to,
    istioNamespace,
    cluster: { address: cluster.address, version },
    phases,
    changes: inOrder(data.changes).toSorted((a, b) => phases.indexOf(a.phase) - phases.indexOf(b.phase)),
    unchanged: undone.flatMap(({ history, undo }) => (undo.do === 'nothing' ? [history.ref] : [])),
    skipped: [],
    leftovers: [],
    problems: [
      ...definitions.values(),
      ...undone.flatMap(problemsOf),
      ...(await controlPlaneAhead(request, { cluster, resources, to })),
      ...notUndone(undone, runs, phases),
    ],
    checks: [],
    ignored: [],
    mtls: [],
    awaited: {
      crds: awaitedIn(changes, 'crds'),
      config: [],
      'control-plane': awaitedIn(changes, 'control-plane'),
      'data-plane': [],
    },
    ...(phases.includes('data-plane') ? { dataPlane: { restarts: data.restarts, leftAlone: [] } } : {}),
  };
}

function isServed({ group, version, kind }: ApiResource, resources: ApiResources): boolean {
  return findResource(resources, group === '' ? version : `${group}/${version}`, kind) !== undefined;
}

function reasonOf(runs: readonly KeptRun[]): Reason {
  const ids = runs.map(({ record }) => record.id);
  return { rule: 'rollback', why: `run ${ids.join(' and ')} changed it`, docs: DOCS };
}

function endsOf(runs: readonly KeptRun[]): { from: string; to: string } {
  const [first, last] = [runs[0], runs.at(-1)];
  if (first === undefined || last === undefined) throw new Error('a rollback is always of a run');
  return { from: last.record.to, to: first.record.from };
}

interface Reading {
  readonly cluster: Cluster;
  readonly resources: ApiResources;
}

/** CustomResourceDefinitions that stay, and why: one that goes takes every object of its kind along. */
async function keptDefinitions(undone: readonly Undone[], cluster: Cluster): Promise<ReadonlyMap<string, Problem>> {
  const going = new Set(undone.flatMap(({ history, undo }) => (undo.do === 'delete' ? [refText(history.ref)] : [])));
  const kept = new Map<string, Problem>();
  for (const { history, live, undo } of undone) {
    if (history.ref.kind !== 'CustomResourceDefinition' || live === undefined) continue;
    const why = await whyKept(live, undo, { going, cluster });
    const name = refText(history.ref);
    const message = `${name} stays as it is: ${why}`;
    if (why !== undefined) kept.set(name, { id: 'definition-stays', severity: 'note', ref: history.ref, message });
  }
  return kept;
}

async function whyKept(
  live: K8sObject,
  undo: Undo,
  { going, cluster }: { readonly going: ReadonlySet<string>; readonly cluster: Cluster },
): Promise<string | undefined> {
  const lost = undo.do === 'update' ? losesStoredVersion(live, undo.after) : undefined;
  if (lost !== undefined) return `objects are stored in its version ${lost}`;
  if (undo.do !== 'delete') return undefined;
  const refs = (await instancesOf(live, cluster)).map((one) => refText(refOf(one))).filter((ref) => !going.has(ref));
  return refs.length === 0 ? undefined : `it defines ${shortList(refs)}`;
}

async function readReplicaSets(
  undone: readonly Undone[],
  { cluster, resources }: Reading,
): Promise<readonly K8sObject[]> {
  const deployments = undone.filter(({ history }) => history.ref.kind === 'Deployment');
  const [resource] = servedVersions(resources, { group: 'apps', kind: 'ReplicaSet' });
  if (resource === undefined) return [];
  const namespaces = [...new Set(deployments.map(({ history }) => history.ref.namespace))];
  return (await Promise.all(namespaces.map((namespace) => collect(cluster.list(resource, { namespace }))))).flat();
}

interface Around {
  readonly because: Reason;
  readonly replicaSets: readonly K8sObject[];
  readonly resources: ApiResources;
}

function changesOf({ history, left, undo }: Undone, { because, replicaSets, resources }: Around): readonly Change[] {
  const [resource] = servedVersions(resources, { group: 'apps', kind: 'ReplicaSet' });
  const here = replicaSets.filter(({ metadata }) => metadata.namespace === history.ref.namespace);
  const isStaying = undo.do === 'stays';
  const stranded = isStaying || resource === undefined ? [] : strandedSets(history, left ?? lastKnown(history), here);
  const deletions = stranded.flatMap((set) => (resource === undefined ? [] : [orphanDeletion(set, resource, because)]));
  if (undo.do === 'nothing' || undo.do === 'stays') return deletions;
  return [rollbackChange(history, undo, { because, replicaSets: here }), ...deletions];
}

/** What a run made of an object before a rollback began to take that away. */
function lastKnown({ writes }: ObjectHistory): K8sObject | undefined {
  return writes.findLast(({ result, after }) => result === 'done' && after !== undefined)?.after;
}

function problemsOf({ history: { ref }, undo }: Undone): readonly Problem[] {
  if (undo.do === 'nothing') return [];
  return undo.conflicts
    .filter(({ taken }) => !taken)
    .map(({ owner, path }) => ({
      id: 'changed-since',
      severity: 'warning',
      ref,
      message: `${refText(ref)}: ${path} was changed since the run, by "${owner}"`,
      hint: `${undo.do === 'stays' ? 'the object is left as it is' : 'left as it is'} (default); take it with --take ${refText(ref)}:${path}`,
    }));
}

/** Sidecars come from the injector: as long as that is of the newer release, workloads that are restarted get its sidecar again. */
async function controlPlaneAhead(
  { phases, istioNamespace }: RollbackRequest,
  { cluster, resources, to }: Reading & { readonly to: string },
): Promise<readonly Problem[]> {
  if (!phases.includes('data-plane') || phases.includes('control-plane')) return [];
  const live = componentsOf(await readWorkloads(cluster, resources, istioNamespace), istioNamespace).find(isPilot);
  const wanted = parseVersion(to);
  if (live?.version === undefined || wanted === undefined || compareMinors(live.version, wanted) === 0) return [];
  return [
    {
      id: 'control-plane-version',
      severity: 'blocker',
      message: `the control plane is at Istio ${versionText(live.version)}: restarted workloads would get its sidecar, not that of ${to}`,
      hint: 'roll the control plane back with it: --phase crds --phase config --phase control-plane --phase data-plane',
    },
  ];
}

function notUndone(undone: readonly Undone[], runs: readonly KeptRun[], phases: readonly Phase[]): readonly Problem[] {
  const notes: string[] = [];
  const jobs = undone.filter(({ history, undo }) => history.ref.kind === 'Job' && undo.do !== 'nothing');
  if (jobs.length > 0) notes.push('what Jobs have done stays done');
  const restarted = runs.some(({ record }) => record.restarts.length > 0);
  if (restarted && !phases.includes('data-plane'))
    notes.push(
      'workloads keep the sidecars that they were restarted with; add --phase data-plane to the other phases to restart them',
    );
  return notes.map((message) => ({ id: 'not-undone', severity: 'note', message }));
}

/** Workloads that the runs restarted are restarted again, with the sidecar that the injector gives them then. */
function dataPlaneOf(runs: readonly KeptRun[], changes: readonly Change[], phases: readonly Phase[]) {
  if (!phases.includes('data-plane')) return { changes, restarts: [] };
  const known = new Map(runs.flatMap(({ record }) => record.restarts.map((one) => [refText(one.ref), one] as const)));
  const restarts: Restart[] = [];
  const marked = changes.map((change) => {
    const restart = change.phase === 'data-plane' ? known.get(refText(change.ref)) : undefined;
    if (restart === undefined) return change;
    restarts.push({ ...restart, resource: change.resource, isBegun: false });
    return restart.way === 'evict' ? { ...change, steps: [...change.steps, { do: 'evict' } as const] } : change;
  });
  return { changes: marked, restarts };
}

function awaitedIn(changes: readonly Change[], phase: Phase): readonly Awaited[] {
  const kinds = phase === 'crds' ? ['CustomResourceDefinition'] : WORKLOADS;
  return changes
    .filter((change) => change.phase === phase && change.op !== 'delete' && kinds.includes(change.ref.kind))
    .map(({ ref, resource }) => ({ ref, resource }));
}
