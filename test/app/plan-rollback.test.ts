import assert from 'node:assert/strict';
import { test } from 'node:test';
import { journalled } from '../../src/app/journalled.ts';
import { planRollback } from '../../src/app/plan-rollback.ts';
import type { RollbackRequest } from '../../src/app/rollback-request.ts';
import { runPlan } from '../../src/app/run-plan.ts';
import { afterOf } from '../../src/core/change.ts';
import { UpgradeError } from '../../src/core/errors.ts';
import { listAt, valueAt } from '../../src/core/json.ts';
import { type K8sObject, refOf, refText, uidOf } from '../../src/core/object.ts';
import { DEFAULT_PHASES, type Phase } from '../../src/core/phase.ts';
import type { Plan } from '../../src/core/plan.ts';
import type { KeptRun } from '../../src/core/run.ts';
import type { MemoryClusterPort } from '../../src/memory/memory-cluster.ts';
import { restartMarkOf } from '../../src/mesh/restart-mark.ts';
import { deployment, object, planOf, replicaSet } from '../objects.ts';
import { but, changeIn, clusterOf, fakeClock, liveIn, resourceIn } from './in-memory.ts';
import { MemoryJournal } from './kept-in-memory.ts';
import { controlPlane, planDataPlane, workload } from './sidecar-mesh.ts';

async function carryOut(plan: Plan, cluster: MemoryClusterPort): Promise<KeptRun> {
  const journal = new MemoryJournal();
  const kept = journalled(cluster, journal);
  for await (const _event of runPlan(plan, { cluster: kept, evictor: kept, clock: fakeClock(), timeout: 1000 }));
  return journal.kept('1', plan, { outcome: 'done' });
}

function requestFor(run: KeptRun): RollbackRequest {
  return { runs: [run], begun: [], istioNamespace: 'istio-system', phases: DEFAULT_PHASES, isTaken: () => false };
}

function back(run: KeptRun, cluster: MemoryClusterPort, parts: Partial<RollbackRequest> = {}): Promise<Plan> {
  return planRollback({ ...requestFor(run), ...parts }, cluster);
}

function definition(version = 'v1alpha1', more: readonly string[] = []): K8sObject {
  const versions = [version, ...more].map((name, index) => ({ name, served: true, storage: index === 0 }));
  return object('apiextensions.k8s.io/v1beta1', 'CustomResourceDefinition', 'rules.example.org', {
    spec: { group: 'example.org', version, versions, scope: 'Namespaced', names: { kind: 'Rule', plural: 'rules' } },
  });
}
const RULE = object('example.org/v1alpha1', 'Rule', 'shop/mine', { spec: { on: true } });

/** One object made as a release makes it. */
async function installed(
  target: K8sObject,
  cluster: MemoryClusterPort,
  phase: Phase = 'control-plane',
): Promise<KeptRun> {
  const change = await changeIn(cluster, { target, installed: target });
  return carryOut(planOf([{ ...change, phase }]), cluster);
}

const changes = ({ changes: all }: Plan) => all.map(({ op, ref }) => `${op} ${refText(ref)}`);

const DEFINITION = 'CustomResourceDefinition.apiextensions.k8s.io/rules.example.org';
const messages = ({ problems }: Plan) => problems.map(({ message }) => message);

test('a definition that the run created goes only while nothing is defined by it', async () => {
  const cluster = clusterOf();
  const run = await installed(definition(), cluster, 'crds');
  assert.deepEqual(changes(await back(run, cluster)), [
    'delete CustomResourceDefinition.apiextensions.k8s.io/rules.example.org',
  ]);
  await cluster.apply(await resourceIn(cluster, RULE), RULE);
  const plan = await back(run, cluster);
  assert.deepEqual(plan.changes, []);
  assert.deepEqual(messages(plan), [`${DEFINITION} stays as it is: it defines Rule.example.org/shop/mine`]);
});

test('what may not be written back blocks the way back, by kind and namespace', async () => {
  const [mine, yours] = ['mine', 'yours'].map((name) =>
    object('v1', 'ConfigMap', `istio-system/${name}`, { data: { on: 'yes' } }),
  );
  assert.ok(mine && yours);
  const before = clusterOf({ ...mine, data: { on: 'no' } });
  const changed = await changeIn(before, { target: mine, installed: mine });
  const created = await changeIn(before, { target: yours, installed: yours });
  const run = await carryOut(planOf([changed, created]), before);
  const verbs: string[] = [];
  const allowing = (refused: readonly string[]) =>
    but(before, {
      allows: async ({ verb, resource, namespace }) => {
        verbs.push(`${verb} ${resource} ${namespace}`);
        return !refused.includes(verb);
      },
    });
  assert.deepEqual((await planRollback(requestFor(run), allowing([]))).problems, []);
  assert.deepEqual([...new Set(verbs)].sort(), [
    'delete configmaps istio-system',
    'patch configmaps istio-system',
    'update configmaps istio-system',
  ]);
  const refused = await planRollback(requestFor(run), allowing(['delete', 'update']));
  assert.deepEqual(
    refused.problems.map(({ id, severity, message }) => ({ id, severity, message })),
    [
      {
        id: 'may-not-write',
        severity: 'blocker',
        message: 'you may not update, delete ConfigMap in istio-system: mine, yours',
      },
    ],
  );
});

test('a workload whose pods may not be evicted does not go back', async () => {
  const onDelete = { spec: { updateStrategy: { type: 'OnDelete' } } };
  const cluster = clusterOf(...controlPlane(), ...workload('shop/db', { kind: 'StatefulSet', ...onDelete }));
  const run = await carryOut(await planDataPlane(cluster, { evicts: true }), cluster);
  const phases: readonly Phase[] = ['data-plane'];
  const without = but(cluster, { allows: async ({ subresource }) => subresource !== 'eviction' });
  assert.deepEqual(messages(await planRollback({ ...requestFor(run), phases }, cluster)), []);
  assert.deepEqual(messages(await planRollback({ ...requestFor(run), phases }, without)), [
    'you may not create pods/eviction in shop',
  ]);
});

test('a definition goes with the objects that the run created by it', async () => {
  const cluster = clusterOf();
  const first = await installed(definition(), cluster, 'crds');
  const second = await installed(RULE, cluster);
  const plan = await back(
    {
      record: { ...first.record, changes: [...first.record.changes, ...second.record.changes] },
      entries: [...first.entries, ...second.entries],
    },
    cluster,
  );
  assert.deepEqual(changes(plan), [
    'delete Rule.example.org/shop/mine',
    'delete CustomResourceDefinition.apiextensions.k8s.io/rules.example.org',
  ]);
  await carryOut(plan, cluster);
  assert.equal(await liveIn(cluster, definition()), undefined);
});

test('an object that is made between the plan and the deletion of its definition stops that', async () => {
  const cluster = clusterOf();
  const run = await installed(definition(), cluster, 'crds');
  const plan = await back(run, cluster);
  await cluster.apply(await resourceIn(cluster, RULE), RULE);
  await assert.rejects(
    carryOut(plan, cluster),
    (error) =>
      error instanceof UpgradeError && /has objects by now: Rule\.example\.org\/shop\/mine/.test(error.message),
  );
  assert.ok(await liveIn(cluster, RULE));
});

test('a definition keeps a version in which objects are stored', async () => {
  const cluster = clusterOf(definition('v1alpha1'));
  const run = await installed(definition('v1beta1', ['v1alpha1']), cluster, 'crds');
  const plan = await back(run, cluster);
  assert.deepEqual(plan.changes, []);
  assert.deepEqual(messages(plan), [`${DEFINITION} stays as it is: objects are stored in its version v1beta1`]);
});

const OLD = { app: 'citadel', chart: 'security-1.1' };
const NEW = { app: 'citadel', chart: 'security-1.2' };
const CITADEL = 'istio-system/istio-citadel';

/** A Deployment whose selector changed, with the ReplicaSet that either made. */
async function replaced() {
  const before = deployment(CITADEL, {
    labels: OLD,
    image: 'docker.io/istio/citadel:1.1.17',
    metadata: { uid: 'u-old' },
  });
  const set = withOwner(replicaSet(`${CITADEL}-1`, OLD), 'u-old');
  const cluster = clusterOf(before, set);
  const target = deployment(CITADEL, {
    labels: NEW,
    selector: { app: 'citadel' },
    image: 'docker.io/istio/citadel:1.2.10',
  });
  const change = await changeIn(
    cluster,
    { target, installed: target },
    { replicaSets: { controlled: [set], orphaned: [] } },
  );
  assert.equal(change.op, 'replace');
  const run = await carryOut(planOf([change]), cluster);
  const live = await liveIn(cluster, target);
  const made = withOwner(replicaSet(`${CITADEL}-2`, NEW), (live && uidOf(live)) ?? '');
  await cluster.apply(await resourceIn(cluster, made), made);
  return { cluster, run, before, made, set };
}

function withOwner(set: K8sObject, uid: string): K8sObject {
  const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'istio-citadel', uid, controller: true };
  return { ...set, metadata: { ...set.metadata, ownerReferences: [owner] } };
}

test('a selector goes back by orphaning and adopting, and the ReplicaSet that nobody adopts goes last', async () => {
  const { cluster, run, before, made, set } = await replaced();
  const plan = await back(run, cluster);
  assert.deepEqual(changes(plan), [
    'replace Deployment.apps/istio-system/istio-citadel',
    'delete ReplicaSet.apps/istio-system/istio-citadel-2',
  ]);
  assert.deepEqual(
    plan.changes.map(({ stage }) => stage),
    ['write', 'clean-up'],
  );
  await carryOut(plan, cluster);
  const after = await liveIn(cluster, before);
  assert.deepEqual(valueAt(after, 'spec', 'selector'), { matchLabels: OLD });
  assert.equal(await liveIn(cluster, made), undefined);
  assert.equal(valueAt(await liveIn(cluster, set), 'metadata', 'ownerReferences', 0, 'uid'), after && uidOf(after));
  assert.deepEqual((await back(run, cluster)).changes, []);
});

test('the ReplicaSet stays where a Deployment controls it by then', async () => {
  const { cluster, run, made } = await replaced();
  const plan = await back(run, cluster);
  const resource = await resourceIn(cluster, made);
  let isAdopted = false;
  const adopting: MemoryClusterPort = {
    ...journalled(cluster, new MemoryJournal()),
    snapshot: () => cluster.snapshot(),
    get: async (kind, ref) => {
      const live = await cluster.get(kind, ref);
      isAdopted ||= kind.kind === 'ReplicaSet';
      return live && kind.kind === 'ReplicaSet' ? withOwner(live, 'somebody') : live;
    },
  };
  await assert.rejects(carryOut(plan, adopting), /ReplicaSet\.apps\/istio-system\/istio-citadel-2 is still there/);
  assert.ok(isAdopted && (await cluster.get(resource, refOf(made))));
});

test('workloads are restarted back only on request, and wait for the old control plane', async () => {
  const cluster = clusterOf(...controlPlane(), ...workload('shop/cart'));
  const cart = object('apps/v1', 'Deployment', 'shop/cart');
  const plan = await planDataPlane(cluster);
  const run = await carryOut({ ...plan, from: '1.1.17', to: '1.2.10' }, cluster);
  assert.ok(restartMarkOf((await liveIn(cluster, cart)) ?? cart));
  assert.deepEqual((await back(run, cluster)).changes, []);
  assert.match(JSON.stringify((await back(run, cluster)).problems), /keep the sidecars that they were restarted with/);
  const early = await back(run, cluster, { phases: ['data-plane'] });
  assert.deepEqual(
    early.problems.map(({ id, severity }) => [id, severity]),
    [['control-plane-version', 'blocker']],
  );
  for (const part of controlPlane('1.1.17').filter(({ kind }) => kind === 'Deployment')) {
    const live = await liveIn(cluster, part);
    assert.ok(live);
    await cluster.update(await resourceIn(cluster, part), {
      ...live,
      spec: part.spec ?? null,
    });
  }
  const late = await back(run, cluster, { phases: ['data-plane'] });
  assert.deepEqual(late.problems, []);
  assert.deepEqual(
    late.dataPlane?.restarts.map(({ ref, way }) => [ref.name, way]),
    [['cart', 'roll']],
  );
  await carryOut(late, cluster);
  assert.equal(restartMarkOf((await liveIn(cluster, cart)) ?? cart), undefined);
  const pods = cluster.snapshot().filter(({ kind }) => kind === 'Pod');
  const images = pods.flatMap(({ spec }) => listAt(valueAt(spec, 'containers')).map((one) => valueAt(one, 'image')));
  assert.deepEqual(new Set(images), new Set(['shop/app:1', 'docker.io/istio/proxyv2:1.1.17']));
});

test('what others changed since is told with what to do', async () => {
  const config = object('v1', 'ConfigMap', 'istio-system/istio', { data: { mesh: 'old' } });
  const cluster = clusterOf(config);
  const run = await installed({ ...config, data: { mesh: 'new' } }, cluster);
  const resource = await resourceIn(cluster, config);
  await cluster.patch(resource, refOf(config), [{ op: 'replace', path: '/data/mesh', value: 'edited' }]);
  const { problems, changes: left } = await back(run, cluster);
  assert.deepEqual(
    left.map((change) => afterOf(change)?.data),
    [{ mesh: 'edited' }],
    'only owners go back',
  );
  assert.match(
    problems[0]?.message ?? '',
    /^ConfigMap\/istio-system\/istio: data\.mesh was changed since the run, by "/,
  );
  assert.match(
    problems[0]?.hint ?? '',
    /^left as it is \(default\); take it with --take ConfigMap\/istio-system\/istio:data\.mesh$/,
  );
  const taken = await back(run, cluster, { isTaken: () => true });
  await carryOut(taken, cluster);
  assert.deepEqual((await liveIn(cluster, config))?.data, { mesh: 'old' });
});
