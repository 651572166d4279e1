import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunEvent } from '../../src/app/events.ts';
import { Moved } from '../../src/app/execute.ts';
import type { Cluster } from '../../src/app/ports.ts';
import { Interrupted, runPlan } from '../../src/app/run-plan.ts';
import type { Change } from '../../src/core/change.ts';
import { EXIT, UpgradeError, UpgradeErrors } from '../../src/core/errors.ts';
import type { JsonObject } from '../../src/core/json.ts';
import type { K8sObject } from '../../src/core/object.ts';
import type { Plan } from '../../src/core/plan.ts';
import { deployment, object, planOf } from '../objects.ts';
import { awaitedIn, but, changeIn, clusterOf, type FakeClock, fakeClock, liveIn } from './in-memory.ts';

const config = (name: string, data: JsonObject) => object('v1', 'ConfigMap', `istio-system/${name}`, { data });
const CRD = object('apiextensions.k8s.io/v1beta1', 'CustomResourceDefinition', 'rules.example.org', {
  spec: { group: 'example.org', version: 'v1', names: { kind: 'Rule', plural: 'rules' } },
});
const PILOT = deployment('istio-system/istio-pilot', { image: 'docker.io/istio/pilot:1.2.10' });

interface Run {
  readonly clock?: FakeClock;
  readonly signal?: AbortSignal;
  readonly timeout?: number;
  readonly settle?: number;
}

function run(plan: Plan, cluster: Cluster, { clock = fakeClock(), signal, timeout = 10_000, settle }: Run = {}) {
  return runPlan(plan, { cluster, clock, timeout, settle, signal });
}

/** What was told until the end, and the error that it ended with, if so. */
async function outcome(events: AsyncIterable<RunEvent>, each: (event: RunEvent) => void = () => {}) {
  const told: string[] = [];
  try {
    for await (const event of events) {
      told.push(eventName(event));
      each(event);
    }
  } catch (error) {
    return { told, error };
  }
  return { told, error: undefined };
}

function eventName(event: RunEvent): string {
  if ('change' in event) return `${event.event} ${event.change.ref.name}`;
  return 'phase' in event ? `${event.event} ${event.phase}` : event.event;
}

async function creation(target: K8sObject, parts: Partial<Pick<Change, 'phase' | 'stage'>> = {}): Promise<Change> {
  return { ...(await changeIn(clusterOf(), { target, installed: target })), ...parts };
}

/** The same plan with what its phases wait for. */
async function waitingFor(
  plan: Plan,
  { crds = [], workloads = [] }: Record<string, readonly K8sObject[]>,
): Promise<Plan> {
  const cluster = clusterOf();
  const awaited = (targets: readonly K8sObject[]) => Promise.all(targets.map((target) => awaitedIn(cluster, target)));
  const all = { ...plan.awaited, crds: await awaited(crds), 'control-plane': await awaited(workloads) };
  return { ...plan, awaited: all };
}

test('phase by phase and stage by stage: writes, waiting, what comes after the rollout, then everything is verified', async () => {
  const plan = await waitingFor(
    planOf([
      await creation(CRD, { phase: 'crds' }),
      await creation(config('first', {})),
      await creation(PILOT),
      await creation(config('late', {}), { stage: 'after-rollout' }),
    ]),
    { crds: [CRD], workloads: [PILOT] },
  );
  const clock = fakeClock();
  const inner = clusterOf();
  let isRolledOut = false;
  clock.at(2000, () => {
    isRolledOut = true;
  });
  const slow = but(inner, {
    get: async (resource, ref) => {
      const live = await inner.get(resource, ref);
      return live?.kind === 'Deployment' && !isRolledOut ? { ...live, status: {} } : live;
    },
  });
  const { told, error } = await outcome(run(plan, slow, { clock }));
  assert.equal(error, undefined);
  assert.deepEqual(told, [
    'phase-started crds',
    'change-started rules.example.org',
    'change-done rules.example.org',
    'phase-done crds',
    'phase-started control-plane',
    'change-started first',
    'change-done first',
    'change-started istio-pilot',
    'change-done istio-pilot',
    'waiting',
    'ready',
    'change-started late',
    'change-done late',
    'phase-done control-plane',
    'verified',
  ]);
});

test('what was written is given time before what rests on it, once, and only if any of that is still to be done', async () => {
  const changes = [
    await creation(config('first', {})),
    await creation(config('a', {}), { stage: 'settled' }),
    await creation(config('b', {}), { stage: 'settled' }),
  ];
  const cluster = clusterOf();
  const clock = fakeClock();
  const times: (readonly [string, number])[] = [];
  const { told } = await outcome(run(planOf(changes), cluster, { clock, settle: 4000 }), (event) => {
    if (event.event === 'settling' || event.event === 'change-started') times.push([event.event, event.at]);
  });
  assert.deepEqual(told.slice(2, 6), ['change-done first', 'settling', 'change-started a', 'change-done a']);
  assert.deepEqual(times.slice(1), [
    ['settling', 0],
    ['change-started', 4000],
    ['change-started', 4000],
  ]);
  assert.ok(!(await outcome(run(planOf(changes), cluster))).told.includes('settling'), 'all of it is done');
  assert.ok(!(await outcome(run(planOf(changes), clusterOf(), { settle: 0 }))).told.includes('settling'));
});

test('an interruption during that time leaves what was to follow', async () => {
  const changes = [await creation(config('first', {})), await creation(config('late', {}), { stage: 'settled' })];
  const [cluster, clock, interruption] = [clusterOf(), fakeClock(), new AbortController()];
  clock.at(1000, () => interruption.abort());
  const { error } = await outcome(run(planOf(changes), cluster, { clock, signal: interruption.signal }));
  assert.ok(error instanceof Interrupted);
  assert.equal(await liveIn(cluster, config('late', {})), undefined);
});

test('changes are counted over the whole run', async () => {
  const plan = planOf([await creation(CRD, { phase: 'crds' }), await creation(config('a', {}))]);
  const counts: (readonly number[])[] = [];
  await outcome(run(plan, clusterOf()), (event) => {
    if (event.event === 'change-started') counts.push([event.index, event.total]);
  });
  assert.deepEqual(counts, [
    [1, 2],
    [2, 2],
  ]);
});

test('an interruption lets the change in flight end, writes nothing more, and says where it stopped', async () => {
  const plan = planOf([await creation(config('a', {})), await creation(config('b', {}))]);
  const cluster = clusterOf();
  const interruption = new AbortController();
  const { told, error } = await outcome(run(plan, cluster, { signal: interruption.signal }), (event) => {
    if (event.event === 'change-started') interruption.abort();
  });
  assert.deepEqual(told.slice(-1), ['change-done a']);
  assert.ok(error instanceof Interrupted);
  assert.equal(error.message, 'interrupted before ConfigMap/istio-system/b: 1 of 2 changes are done');
  assert.equal(error.exit, EXIT.interrupted);
  assert.ok(await liveIn(cluster, config('a', {})));
  assert.equal(await liveIn(cluster, config('b', {})), undefined);
  const again = await outcome(run(plan, cluster));
  assert.deepEqual([again.error, again.told.at(-1)], [undefined, 'verified'], 'the same plan goes on from there');
});

test('an interruption while waiting stops before anything that comes after the rollout', async () => {
  const late = config('late', {});
  const changes = [await creation(PILOT), await creation(late, { stage: 'after-rollout' })];
  const plan = await waitingFor(planOf(changes), { workloads: [PILOT] });
  const inner = clusterOf();
  const cluster = but(inner, {
    get: async (resource, ref) => {
      const live = await inner.get(resource, ref);
      return live?.kind === 'Deployment' ? { ...live, status: {} } : live;
    },
  });
  const clock = fakeClock();
  const interruption = new AbortController();
  clock.at(1000, () => interruption.abort());
  const { error } = await outcome(run(plan, cluster, { clock, signal: interruption.signal }));
  assert.ok(error instanceof Interrupted);
  assert.match(error.message, /^interrupted in phase control-plane: 1 of 2 changes are done/);
  assert.equal(await liveIn(inner, late), undefined);
});

test('a workload that does not roll out stops the run with its name and why', async () => {
  const plan = await waitingFor(planOf([await creation(PILOT)]), { workloads: [PILOT] });
  const inner = clusterOf();
  const cluster = but(inner, {
    get: async (resource, ref) => {
      const live = await inner.get(resource, ref);
      return live && { ...live, status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1 } };
    },
  });
  const { told, error } = await outcome(run(plan, cluster, { timeout: 3000 }));
  assert.ok(error instanceof UpgradeError);
  assert.match(
    error.message,
    /^not ready within 3s\n +Deployment\.apps\/istio-system\/istio-pilot: 0 of 1 new pods available$/,
  );
  assert.ok(!told.includes('verified'));
});

test('what is unchanged is waited for all the same', async () => {
  const plan = await waitingFor(planOf([]), { workloads: [PILOT] });
  const { told, error } = await outcome(run(plan, clusterOf(PILOT)));
  assert.equal(error, undefined);
  assert.deepEqual(told, ['phase-started control-plane', 'phase-done control-plane', 'verified']);
});

test('an object that moved stops the run before it is written, and what follows it', async () => {
  const plan = planOf([
    await creation(config('a', {})),
    await creation(config('b', {})),
    await creation(config('c', {})),
  ]);
  const cluster = clusterOf(config('b', { somebody: 'was here' }));
  const { told, error } = await outcome(run(plan, cluster));
  assert.ok(error instanceof Moved);
  assert.equal(error.change.ref.name, 'b');
  assert.deepEqual(told.slice(-2), ['change-done a', 'change-started b']);
  assert.equal(await liveIn(cluster, config('c', {})), undefined);
});

test('an object that is not as predicted in the end is told, with the first field that differs; every one of them', async () => {
  const plan = await waitingFor(
    planOf([await creation(config('a', { mesh: 'x' })), await creation(config('b', { mesh: 'x' }))]),
    { crds: [CRD] },
  );
  const inner = clusterOf(CRD);
  let isOver = false;
  const cluster = but(inner, {
    get: async (resource, ref) => {
      const live = await inner.get(resource, ref);
      if (!isOver || live === undefined) return live;
      if (ref.name === 'b') return undefined;
      return live.kind === 'ConfigMap' ? { ...live, data: { mesh: 'overwritten' } } : { ...live, status: {} };
    },
  });
  const { told, error } = await outcome(run(plan, cluster), (event) => {
    isOver ||= event.event === 'change-done' && event.change.ref.name === 'b';
  });
  assert.ok(error instanceof UpgradeErrors);
  assert.deepEqual(
    error.errors.map(({ message }) => message),
    [
      'ConfigMap/istio-system/a is not what was predicted: data.mesh differs',
      'ConfigMap/istio-system/b is gone',
      'CustomResourceDefinition.apiextensions.k8s.io/rules.example.org is not established',
    ],
  );
  assert.ok(!told.includes('verified'));
});

test('what the server or somebody else added to an object is no difference', async () => {
  const plan = planOf([await creation(config('a', { mesh: 'x' }))]);
  const inner = clusterOf();
  const cluster = but(inner, {
    get: async (resource, ref) => {
      const live = await inner.get(resource, ref);
      return live && { ...live, data: { mesh: 'x', more: 'y' }, status: { new: true } };
    },
  });
  assert.deepEqual((await outcome(run(plan, cluster))).told.at(-1), 'verified');
});

test('a plan without changes is verified and writes nothing', async () => {
  const cluster = clusterOf(config('a', {}));
  const before = cluster.snapshot();
  assert.deepEqual((await outcome(run(planOf([]), cluster))).told, ['verified']);
  assert.deepEqual(cluster.snapshot(), before);
});

const POLICY = object('authentication.istio.io/v1alpha1', 'Policy', 'shop/cart', {
  spec: { targets: [{ name: 'cart' }], peers: [] },
});
const POLICIES = object(
  'apiextensions.k8s.io/v1beta1',
  'CustomResourceDefinition',
  'policies.authentication.istio.io',
  {
    spec: {
      group: 'authentication.istio.io',
      version: 'v1alpha1',
      scope: 'Namespaced',
      names: { kind: 'Policy', plural: 'policies' },
    },
  },
);
const STATION = { ...POLICY, spec: { targets: [{ name: 'cart' }], peers: [{ mtls: { mode: 'PERMISSIVE' } }] } };
const STRICT = { ...POLICY, spec: { targets: [{ name: 'cart' }], peers: [{ mtls: {} }] } };

/** A Policy that goes by a station, and what is written while it stands there. */
async function twoStages(...live: readonly K8sObject[]): Promise<{ plan: Plan; cluster: Cluster }> {
  const cluster = clusterOf(POLICIES, ...live);
  const policy = await changeIn(cluster, { target: POLICY, set: POLICY, via: STATION });
  const between = await creation(config('between', {}));
  return { cluster, plan: planOf([between, { ...policy, stage: 'settled' }]) };
}

for (const [what, live] of [
  ['created', []],
  ['changed', [STRICT]],
] as const) {
  test(`an object that goes by a station is ${what} in two stages, with a pause before and after what rests on it`, async () => {
    const { plan, cluster } = await twoStages(...live);
    const { told, error } = await outcome(run(plan, cluster, { settle: 4000 }));
    assert.equal(error, undefined);
    assert.deepEqual(told, [
      'phase-started control-plane',
      'change-prepared cart',
      'settling',
      'change-started between',
      'change-done between',
      'settling',
      'change-started cart',
      'change-done cart',
      'phase-done control-plane',
      'verified',
    ]);
    assert.deepEqual((await liveIn(cluster, POLICY))?.spec, POLICY.spec);
  });
}

test('at the station the object is as the plan says, and an edit there stops the run', async () => {
  const { plan, cluster } = await twoStages(STRICT);
  let edit: Promise<unknown> | undefined;
  const { error } = await outcome(run(plan, cluster), (event) => {
    if (event.event !== 'change-done' || edit !== undefined) return;
    edit = liveIn(cluster, POLICY).then(async (live) => {
      assert.deepEqual(live?.spec, STATION.spec);
      const resource = (await awaitedIn(cluster, POLICY)).resource;
      await cluster.patch(resource, { namespace: 'shop', name: 'cart' }, [
        { op: 'add', path: '/metadata/labels', value: { edited: 'yes' } },
      ]);
    });
  });
  await edit;
  assert.ok(error instanceof Moved, String(error));
});
