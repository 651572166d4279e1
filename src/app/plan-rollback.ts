import type { Access } from '../core/access.ts';
import type { Change } from '../core/change.ts';
import { type K8sObject, type ObjectRef, refText } from '../core/object.ts';
import { PHASES, type Phase } from '../core/phase.ts';
import { type Awaited, PLAN_SCHEMA, type Plan, type Restart } from '../core/plan.ts';
import type { Problem } from '../core/problem.ts';
import { type ApiResource, type ApiResources, findResource, servedVersions } from '../core/resources.ts';
import type { KeptRun } from '../core/run.ts';
import type { Reason } from '../core/wish.ts';
import { mayNotEvict, missingRightProblems } from '../plan/missing-rights.ts';
import { historiesOf, leftBehind, type ObjectHistory } from '../plan/object-history.ts';
import { inOrder } from '../plan/order.ts';
import { evictionRight, rightsToRestore } from '../plan/rights.ts';
import { orphanDeletion, rollbackChange, strandedSets } from '../plan/rollback-change.ts';
import { undoObject } from '../plan/undo-object.ts';
import { rightsAsker } from './ask-rights.ts';
import { keptDefinitions } from './kept-definitions.ts';
import type { Cluster } from './ports.ts';
import { collect } from './read-state.ts';
import { changedSince, controlPlaneAhead, notUndone } from './rollback-problems.ts';
import type { RollbackRequest } from './rollback-request.ts';
import type { Undone } from './undone.ts';

type Kind = Pick<ObjectRef, 'group' | 'kind'>;

// The control plane goes first and its CustomResourceDefinitions last; sidecars come from the injector that is there then.
const PHASES_BACKWARDS: readonly Phase[] = ['control-plane', 'config', 'crds', 'data-plane'];
const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet'];
const REPLICA_SET = { group: 'apps', kind: 'ReplicaSet' };

/** What a rollback reads and writes besides what an upgrade does: ReplicaSets that nobody would control, and what definitions define. */
export function rollbackAccesses(istioNamespace: string, defined: readonly Kind[]): readonly Access[] {
  return [
    { ...REPLICA_SET, verbs: ['get', 'list', 'delete'], namespace: istioNamespace },
    ...defined.map((kind) => ({ ...kind, verbs: ['list'] })),
  ];
}

const DOCS = 'https://istio.io/v1.2/docs/setup/kubernetes/upgrade/steps/#kubernetes-upgrade';

/** A rollback that is taken back leads forward again. */
function wayOf(runs: readonly KeptRun[]): readonly Phase[] {
  return runs.every(({ record }) => record.undoes.length > 0) ? PHASES : PHASES_BACKWARDS;
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
  const refused = await refusedOf(data, cluster);
  return {
    schema: PLAN_SCHEMA,
    from,
    to,
    istioNamespace,
    cluster: { address: cluster.address, version },
    phases,
    changes: inOrder(data.changes).toSorted((a, b) => phases.indexOf(a.phase) - phases.indexOf(b.phase)),
    unchanged: undone.flatMap(({ history, undo }) => (undo.do === 'nothing' ? [history.ref] : [])),
    restsOn: [],
    skipped: [],
    leftovers: [],
    problems: [
      ...definitions.values(),
      ...undone.flatMap(changedSince),
      ...(await controlPlaneAhead(request, { cluster, resources, to })),
      ...notUndone(undone, runs, phases),
      ...refused,
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

/** What may not be written blocks the way back before its first write: one that ends halfway is worse than none. */
async function refusedOf({ changes, restarts }: DataPlaneBack, cluster: Cluster): Promise<readonly Problem[]> {
  const findMissing = rightsAsker(cluster);
  const missing = await Promise.all(
    changes.map(async (change) => ({ ref: change.ref, rights: await findMissing(rightsToRestore(change)) })),
  );
  const evictions = new Set(restarts.filter(({ way }) => way === 'evict').map(({ ref }) => ref.namespace));
  const notEvicted = await findMissing([...evictions].sort().map(evictionRight));
  return [...missingRightProblems(missing, true), ...mayNotEvict(notEvicted, true)];
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

async function readReplicaSets(
  undone: readonly Undone[],
  { cluster, resources }: Reading,
): Promise<readonly K8sObject[]> {
  const deployments = undone.filter(({ history }) => history.ref.kind === 'Deployment');
  const [resource] = servedVersions(resources, REPLICA_SET);
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
  const [resource] = servedVersions(resources, REPLICA_SET);
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

interface DataPlaneBack {
  readonly changes: readonly Change[];
  readonly restarts: readonly Restart[];
}

/** Workloads that the runs restarted are restarted again, with the sidecar that the injector gives them then. */
function dataPlaneOf(runs: readonly KeptRun[], changes: readonly Change[], phases: readonly Phase[]): DataPlaneBack {
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
