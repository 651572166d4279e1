import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { accessesOf } from '../../src/app/accesses.ts';
import { journalled } from '../../src/app/journalled.ts';
import { makePlan } from '../../src/app/make-plan.ts';
import { planRollback } from '../../src/app/plan-rollback.ts';
import type { Cluster } from '../../src/app/ports.ts';
import { runPlan } from '../../src/app/run-plan.ts';
import { readStatus } from '../../src/app/status.ts';
import type { RoleCommand } from '../../src/core/access.ts';
import { isK8sObject, type K8sObject } from '../../src/core/object.ts';
import { DEFAULT_PHASES, type Phase } from '../../src/core/phase.ts';
import type { ApiResource } from '../../src/core/resources.ts';
import type { Target } from '../../src/core/target.ts';
import { HOPS } from '../../src/hops/index.ts';
import { type RoleRules, roleRules } from '../../src/plan/role-rules.ts';
import { withCrdsOf } from '../../src/plan/served-object.ts';
import { readManifests } from '../../src/release/read-manifests.ts';
import { ROOT } from '../cli/run.ts';
import { meshWith, read } from '../hops/1.1-to-1.2/mtls-cases.ts';
import { but, clusterOf, fakeClock } from './in-memory.ts';
import { MemoryJournal } from './kept-in-memory.ts';
import { controlPlane, planDataPlane, restartsOf, runDataPlane, workload } from './sidecar-mesh.ts';

const ISTIO = 'istio-system';
const CASES = ['auth-annotations', 'excluded-services'].flatMap((folder) =>
  readdirSync(join(ROOT, 'test/hops/1.1-to-1.2', folder)).map((name) => join(folder, name)),
);

let target: Target;
let mesh: readonly K8sObject[];
before(async () => {
  mesh = read(join(ROOT, 'test/demo/mesh-1.1.yaml'));
  const documents = await readManifests([join(ROOT, 'test/demo/istio-1.2')], (async function* () {})());
  target = { objects: documents.flatMap(({ object, source }) => (isK8sObject(object) ? [{ object, source }] : [])) };
});

/** A request as RBAC judges it: `list services` of the whole cluster, `patch services istio-system/istio-pilot`. */
interface Asked {
  readonly verb: string;
  readonly resource: ApiResource;
  readonly namespace: string;
  readonly name: string;
}

/** The same cluster, which writes down what is asked of it. */
function recording(cluster: Cluster, asked: Asked[]): Cluster {
  const note = (verb: string, resource: ApiResource, { namespace = '', name = '' }) =>
    asked.push({ verb, resource, namespace, name });
  return but(cluster, {
    get: (resource, ref) => {
      note('get', resource, ref);
      return cluster.get(resource, ref);
    },
    list: (resource, query = {}) => {
      note('list', resource, query.namespace === undefined ? {} : { namespace: query.namespace });
      return cluster.list(resource, query);
    },
    apply: async (resource, body, options) => {
      note('patch', resource, body.metadata);
      const { namespace = '', name } = body.metadata;
      if ((await cluster.get(resource, { namespace, name })) === undefined) note('create', resource, body.metadata);
      return cluster.apply(resource, body, options);
    },
    update: (resource, body, options) => {
      note('update', resource, body.metadata);
      return cluster.update(resource, body, options);
    },
    patch: (resource, ref, patch) => {
      note('patch', resource, ref);
      return cluster.patch(resource, ref, patch);
    },
    delete: (resource, ref, options) => {
      note('delete', resource, ref);
      return cluster.delete(resource, ref, options);
    },
  });
}

function isAllowed({ verb, resource, namespace, name }: Asked, roles: readonly RoleRules[]): boolean {
  return roles.some(
    (role) =>
      (role.namespace === '' || role.namespace === namespace) &&
      role.rules.some(
        ({ apiGroups, resources, resourceNames, verbs }) =>
          apiGroups.includes(resource.group) &&
          resources.includes(resource.resource) &&
          verbs.includes(verb) &&
          (resourceNames === undefined || resourceNames.includes(name)),
      ),
  );
}

interface Run {
  readonly cluster: Cluster;
  readonly target: Target | undefined;
  readonly phases: readonly Phase[];
  readonly command: RoleCommand;
  /** Of phase data-plane. */
  readonly namespace?: string;
}

async function refusedIn({ cluster, target: wanted, phases, command, namespace }: Run, asked: readonly Asked[]) {
  const resources = withCrdsOf(wanted ?? { objects: [] }, await cluster.discover());
  const dataPlane = { namespace, evicts: false };
  const around = { istioNamespace: ISTIO, phases, prune: true, byHelm: false, dataPlane, hops: HOPS, resources };
  const roles = roleRules(accessesOf({ ...around, command, target: wanted }), resources);
  assert.ok(asked.length > 0);
  return asked
    .filter((one) => !isAllowed(one, roles))
    .map(({ verb, resource, namespace, name }) => `${verb} ${resource.resource} ${namespace}/${name}`)
    .filter((text, index, all) => all.indexOf(text) === index);
}

async function plannedIn(cluster: Cluster, wanted: Target | undefined, phases: readonly Phase[]) {
  return makePlan(
    {
      target: wanted,
      istioNamespace: ISTIO,
      phases,
      prune: true,
      removeAnnotations: true,
      willWrite: true,
      ignored: [],
      isTaken: () => false,
    },
    cluster,
    HOPS,
  );
}

test('a status asks for what its roles allow', async () => {
  const cluster = clusterOf(...mesh);
  const asked: Asked[] = [];
  await readStatus(
    { istioNamespace: ISTIO, namespace: undefined, labelSelector: undefined },
    recording(cluster, asked),
  );
  assert.deepEqual(await refusedIn({ cluster, target: undefined, phases: [], command: 'status' }, asked), []);
});

test('planning a target reads what the roles of plan allow', async () => {
  const cluster = clusterOf(...mesh);
  const asked: Asked[] = [];
  await plannedIn(recording(cluster, asked), target, DEFAULT_PHASES);
  const reads = asked.filter(({ verb }) => verb === 'get' || verb === 'list');
  assert.deepEqual(await refusedIn({ cluster, target, phases: DEFAULT_PHASES, command: 'plan' }, reads), []);
});

test('applying a target writes what the roles of apply allow', async () => {
  const cluster = clusterOf(...mesh);
  const asked: Asked[] = [];
  const recorded = recording(cluster, asked);
  const plan = await plannedIn(recorded, target, DEFAULT_PHASES);
  for await (const _event of runPlan(plan, { cluster: recorded, clock: fakeClock(), timeout: 1000 }));
  assert.ok(asked.some(({ verb }) => verb === 'delete'));
  assert.deepEqual(await refusedIn({ cluster, target, phases: DEFAULT_PHASES, command: 'apply' }, asked), []);
});

test('taking an upgrade back asks for what the roles of apply allow', async () => {
  const cluster = clusterOf(...mesh);
  const journal = new MemoryJournal();
  const plan = await plannedIn(cluster, target, DEFAULT_PHASES);
  const kept = journalled(cluster, journal);
  for await (const _event of runPlan(plan, { cluster: kept, clock: fakeClock(), timeout: 1000 }));
  const asked: Asked[] = [];
  const recorded = recording(cluster, asked);
  const runs = [journal.kept('1', plan, { outcome: 'done' })];
  const request = { runs, begun: [], istioNamespace: ISTIO, phases: DEFAULT_PHASES, isTaken: () => false };
  const back = await planRollback(request, recorded);
  assert.ok(back.changes.length > 0);
  for await (const _event of runPlan(back, { cluster: recorded, clock: fakeClock(), timeout: 1000 }));
  assert.deepEqual(await refusedIn({ cluster, target, phases: DEFAULT_PHASES, command: 'apply' }, asked), []);
});

test('restarting the workloads of a namespace writes there alone', async () => {
  const cluster = clusterOf(...controlPlane(), ...workload('shop/cart'), ...workload('bank/till'));
  const asked: Asked[] = [];
  const recorded = recording(cluster, asked);
  const plan = await planDataPlane(recorded, { namespace: 'shop' });
  assert.equal(restartsOf(plan).length, 1);
  await runDataPlane(plan, recorded);
  assert.ok(asked.some(({ verb, namespace }) => verb === 'patch' && namespace === 'shop'));
  const phases = ['data-plane'] as const;
  const run = { cluster, target: undefined, phases, command: 'apply' } as const;
  assert.deepEqual(await refusedIn({ ...run, namespace: 'shop' }, asked), []);
  assert.deepEqual(await refusedIn({ ...run, namespace: 'bank' }, asked), [
    'get deployments shop/cart',
    'patch deployments shop/cart',
  ]);
});

for (const name of CASES) {
  test(`${name}: what it carries over, the roles of phase config allow`, async () => {
    const cluster = meshWith(read(join(ROOT, 'test/hops/1.1-to-1.2', name, 'before.yaml')));
    const asked: Asked[] = [];
    const recorded = recording(cluster, asked);
    const plan = await plannedIn(recorded, undefined, ['config']);
    for await (const _event of runPlan(plan, { cluster: recorded, clock: fakeClock(), timeout: 1000 }));
    assert.deepEqual(await refusedIn({ cluster, target: undefined, phases: ['config'], command: 'apply' }, asked), []);
  });
}
