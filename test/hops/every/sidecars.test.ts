import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../../src/core/json.ts';
import { type K8sObject, refOf, refText } from '../../../src/core/object.ts';
import { DEFAULT_PHASES, type Phase } from '../../../src/core/phase.ts';
import { sidecars } from '../../../src/hops/every/sidecars.ts';
import type { DataPlane } from '../../../src/mesh/data-plane.ts';
import { RESTART_MARK, restartMarkOf } from '../../../src/mesh/restart-mark.ts';
import { ON_DELETE, type Upgrade } from '../../../src/mesh/sidecar-upgrade.ts';
import type { WorkloadStatus } from '../../../src/mesh/workload-status.ts';
import type { RuleResult } from '../../../src/plan/rule.ts';
import { deployment, object } from '../../objects.ts';
import { contextOf } from '../context.ts';

const VERSION = { major: 1, minor: 2, patch: 10, suffix: '' };
const RESTART: Upgrade = { way: 'restart', why: undefined };
const READY: JsonObject = {
  observedGeneration: 1,
  replicas: 3,
  updatedReplicas: 3,
  readyReplicas: 3,
  availableReplicas: 3,
};

function cart(
  parts: { readonly spec?: JsonObject; readonly mark?: string; readonly status?: JsonObject } = {},
): K8sObject {
  const { spec = {}, mark, status = READY } = parts;
  const annotations = mark === undefined ? {} : { [RESTART_MARK]: mark };
  return object('apps/v1', 'Deployment', 'shop/cart', {
    metadata: { generation: 1 },
    spec: { replicas: 3, template: { metadata: { annotations }, spec: {} }, ...spec },
    status,
  });
}

function stale(live: K8sObject, parts: Partial<WorkloadStatus> = {}): WorkloadStatus {
  const shared = {
    pods: 3,
    wanted: 3,
    ready: 3,
    sidecars: 3,
    images: [],
    isStale: true,
    proxyImage: undefined,
    inboundPorts: undefined,
  } as const;
  return { ref: refOf(live), ...shared, injection: { how: 'webhook' }, upgrade: RESTART, ...parts };
}

interface Around extends Partial<DataPlane> {
  readonly control?: readonly K8sObject[];
  readonly phases?: readonly Phase[];
  readonly target?: readonly K8sObject[];
}

function decide(
  workloads: readonly { readonly live: K8sObject; readonly status?: Partial<WorkloadStatus> }[],
  { control = [], phases = ['data-plane'], target = [], ...parts }: Around = {},
): RuleResult {
  const dataPlane: DataPlane = {
    version: VERSION,
    workloads: workloads.map(({ live, status }) => stale(live, status)),
    live: new Map(workloads.map(({ live }) => [refText(refOf(live)), live])),
    reinjected: new Map(),
    evicts: false,
    injectorAddresses: 1,
    ...parts,
  };
  return sidecars.apply(contextOf({ live: control, phases, target, dataPlane }));
}

const ids = ({ problems = [] }: RuleResult) => problems.map(({ id, severity }) => `${severity} ${id}`);
const whys = ({ leftAlone = [] }: RuleResult) => leftAlone.map(({ ref, why }) => `${ref.name}: ${why}`);
const marks = ({ wishes = [] }: RuleResult) =>
  wishes.map((wish) => (wish.want === 'fields' ? restartMarkOf(wish.object) : undefined));

test('without phase data-plane there is nothing to say', () => {
  assert.deepEqual(sidecars.apply(contextOf({})), {});
});

test('a stale workload is restarted by one annotation of its template, which says the release', () => {
  const result = decide([{ live: cart() }]);
  const [wish] = result.wishes ?? [];
  assert.ok(wish?.want === 'fields' && wish.isOurOwn);
  assert.deepEqual(wish.object.spec, { template: { metadata: { annotations: { [RESTART_MARK]: '1.2.10' } } } });
  assert.deepEqual(
    result.restarts?.map(({ ref, way, isBegun }) => [refText(ref), way, isBegun]),
    [['Deployment.apps/shop/cart', 'roll', false]],
  );
  assert.deepEqual(ids(result), []);
});

test('workloads with the current sidecar are left alone without a word', () => {
  const result = decide([{ live: cart(), status: { isStale: false, upgrade: { way: 'up-to-date', why: undefined } } }]);
  assert.deepEqual([result.wishes, result.restarts, result.leftAlone, result.problems], [[], [], [], []]);
});

test('what a restart does not help is named with the reason', () => {
  const others = [
    [object('v1', 'Pod', 'shop/debug'), { way: 'nothing', why: 'a bare pod' }],
    [object('batch/v1beta1', 'CronJob', 'shop/nightly'), { way: 'next-run', why: undefined }],
    [object('argoproj.io/v1alpha1', 'Rollout', 'shop/canary'), { way: 'unknown', why: undefined }],
  ] as const;
  const result = decide(others.map(([live, upgrade]) => ({ live, status: { upgrade } })));
  assert.deepEqual(whys(result), [
    'debug: a bare pod',
    'nightly: the pods of its next run get the new sidecar',
    'canary: what would upgrade it is not known',
  ]);
  assert.deepEqual(result.wishes, []);
});

test('a sidecar that its annotation pins stays', () => {
  const annotations = { 'sidecar.istio.io/proxyImage': 'example.org/proxyv2:1.1.17' };
  const result = decide([{ live: cart({ spec: { template: { metadata: { annotations }, spec: {} } } }) }]);
  assert.match(whys(result).join(), /proxyImage pins its sidecar to example.org\/proxyv2:1.1.17/);
  assert.deepEqual(result.restarts, []);
});

test('OnDelete workloads are evicted only where that is asked for', () => {
  const live = object('apps/v1', 'DaemonSet', 'shop/agent', { spec: { updateStrategy: { type: 'OnDelete' } } });
  const status = { upgrade: { way: 'nothing', why: ON_DELETE } } as const;
  const kept = decide([{ live, status }]);
  assert.match(whys(kept).join(), /--evict/);
  assert.deepEqual(kept.restarts, []);
  const evicted = decide([{ live, status }], { evicts: true });
  assert.deepEqual(
    evicted.restarts?.map(({ way }) => way),
    ['evict'],
  );
  assert.deepEqual(marks(evicted), ['1.2.10']);
});

test('a rollout of somebody else that is not finished holds a workload back, our own one is waited for', () => {
  const half = { ...READY, updatedReplicas: 1 };
  const held = decide([{ live: cart({ status: half }) }]);
  assert.deepEqual(ids(held), ['warning rollout-unfinished']);
  assert.match(whys(held).join(), /cart: its rollout is not finished: 1 of 3 new pods created/);
  const ours = decide([{ live: cart({ status: half, mark: '1.2.10' }) }]);
  assert.deepEqual(
    ours.restarts?.map(({ isBegun }) => isBegun),
    [true],
  );
  assert.deepEqual(marks(ours), ['1.2.10']);
  const older = decide([{ live: cart({ status: half, mark: '1.1.17' }) }]);
  assert.deepEqual(ids(older), ['warning rollout-unfinished']);
});

test('a workload that was restarted and still has an old sidecar is restarted once more', () => {
  const again = decide([{ live: cart({ mark: '1.2.10' }) }]);
  assert.deepEqual(marks(again), ['1.2.10+2']);
  assert.match(again.wishes?.[0]?.notes?.join() ?? '', /restarted for this release before/);
  assert.deepEqual(marks(decide([{ live: cart({ mark: '1.2.10+2' }) }])), ['1.2.10+3']);
});

test('a strategy that takes all pods down at once holds a workload back', () => {
  const result = decide([{ live: cart({ spec: { strategy: { type: 'Recreate' } } }) }]);
  assert.deepEqual(ids(result), ['warning restart-outage']);
  assert.deepEqual(result.restarts, []);
});

test('workloads of one replica are restarted with a warning that names the first few', () => {
  const status = { ...READY, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 };
  const singles = Array.from({ length: 7 }, (_, index) => {
    const live = cart({ spec: { replicas: 1, template: {} }, status });
    return { live: { ...live, metadata: { ...live.metadata, name: `single-${index}` } } };
  });
  const result = decide(singles);
  assert.equal(result.restarts?.length, 7);
  assert.deepEqual(ids(result), ['warning restart-single-replica']);
  assert.match(result.problems?.[0]?.message ?? '', /single-4 and 2 more$/);
});

test('a control plane of another release, or that is not ready, blocks, unless this plan upgrades it first', () => {
  const control = [
    deployment('istio-system/istio-pilot', { image: 'docker.io/istio/pilot:1.1.17' }),
    { ...deployment('istio-system/istio-galley', { image: 'docker.io/istio/galley:1.2.10' }), status: READY },
    deployment('istio-system/istio-ingressgateway', { image: 'docker.io/istio/proxyv2:1.1.17' }),
  ];
  assert.deepEqual(ids(decide([{ live: cart() }], { control })), [
    'blocker control-plane-version',
    'blocker control-plane-not-ready',
  ]);
  const phases: readonly Phase[] = [...DEFAULT_PHASES, 'data-plane'];
  assert.deepEqual(ids(decide([{ live: cart() }], { control, phases, target: control })), []);
  assert.deepEqual(ids(decide([], { control })), []);
});

test('an injector without an endpoint blocks; one that may not be looked at does not', () => {
  assert.deepEqual(ids(decide([{ live: cart() }], { injectorAddresses: 0 })), ['blocker injector-not-ready']);
  assert.deepEqual(ids(decide([{ live: cart() }], { injectorAddresses: undefined })), []);
});
