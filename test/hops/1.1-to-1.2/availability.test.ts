import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../../src/core/json.ts';
import { refOf, refText } from '../../../src/core/object.ts';
import { budgetBlocks } from '../../../src/hops/1.1-to-1.2/checks/availability/budget-blocks.ts';
import { gatewayUnavailable } from '../../../src/hops/1.1-to-1.2/checks/availability/gateway-unavailable.ts';
import { severalCitadels } from '../../../src/hops/1.1-to-1.2/checks/availability/several-citadels.ts';
import { singleReplicaApplication } from '../../../src/hops/1.1-to-1.2/checks/availability/single-replica-application.ts';
import { wayBack } from '../../../src/hops/1.1-to-1.2/checks/release/way-back.ts';
import type { DataPlane } from '../../../src/mesh/data-plane.ts';
import type { MeshStatus } from '../../../src/mesh/mesh-status.ts';
import { ON_DELETE } from '../../../src/mesh/sidecar-upgrade.ts';
import type { WorkloadStatus } from '../../../src/mesh/workload-status.ts';
import type { Check } from '../../../src/plan/check.ts';
import { deployment, object } from '../../objects.ts';
import { type AroundCheck, checkContextOf } from '../context.ts';

const OLD = { major: 1, minor: 1, patch: 17, suffix: '' };

function said(check: Check, around: AroundCheck): readonly string[] {
  const findings = check.find(checkContextOf(around));
  return findings.map(({ severity = check.severity, message }) => `${severity} ${message}`);
}

const daemonSet = object('apps/v1', 'DaemonSet', 'shop/agent', {
  spec: { updateStrategy: { type: 'OnDelete' }, template: { metadata: { labels: { app: 'agent' } } } },
  status: { desiredNumberScheduled: 3 },
});

const workload = (parts: Partial<WorkloadStatus> = {}): WorkloadStatus => ({
  ref: refOf(daemonSet),
  pods: 3,
  wanted: 3,
  inboundPorts: undefined,
  ready: 3,
  sidecars: 3,
  images: [{ image: 'docker.io/istio/proxyv2:1.1.17', version: OLD, pods: 3 }],
  injection: { how: 'webhook' },
  isStale: true,
  upgrade: { way: 'nothing', why: ON_DELETE },
  proxyImage: undefined,
  ...parts,
});

const dataPlane = (parts: Partial<DataPlane> = {}): DataPlane => ({
  version: { ...OLD, minor: 2, patch: 10 },
  workloads: [workload()],
  live: new Map([[refText(refOf(daemonSet)), daemonSet]]),
  reinjected: new Map(),
  evicts: true,
  injectorAddresses: 1,
  ...parts,
});

const budget = (spec: JsonObject) =>
  object('policy/v1beta1', 'PodDisruptionBudget', 'shop/agent', {
    spec: { selector: { matchLabels: { app: 'agent' } }, ...spec },
  });

const status = (parts: Partial<MeshStatus> = {}): MeshStatus => ({
  istioNamespace: 'istio-system',
  version: OLD,
  components: [],
  gateways: [],
  workloads: [],
  ...parts,
});

test('budget-blocks: pods that this run evicts are held up by a budget that allows none of them', () => {
  const live = [budget({ maxUnavailable: 0 })];
  const [finding, ...others] = said(budgetBlocks, { live, dataPlane: dataPlane() });
  assert.match(finding ?? '', /^warning PodDisruptionBudget\.policy\/shop\/agent \(maxUnavailable 0 of 3\): .*--evict/);
  assert.deepEqual(others, []);
});

test('budget-blocks: nothing is held up where nothing is evicted, or one pod may be', () => {
  const live = [budget({ maxUnavailable: 0 })];
  assert.deepEqual(said(budgetBlocks, { live, dataPlane: dataPlane({ evicts: false }) }), []);
  assert.deepEqual(said(budgetBlocks, { live: [budget({ maxUnavailable: 1 })], dataPlane: dataPlane() }), []);
  const current = dataPlane({ workloads: [workload({ isStale: false })] });
  assert.deepEqual(said(budgetBlocks, { live, dataPlane: current }), []);
});

const GATEWAY = object('apps/v1', 'Deployment', 'istio-system/istio-ingressgateway', {
  spec: {
    replicas: 1,
    strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } },
    template: {
      spec: {
        containers: [{ name: 'istio-proxy', image: 'docker.io/istio/proxyv2:1.1.17', args: ['proxy', 'router'] }],
      },
    },
  },
});

test('gateway-unavailable: it is told without knowing what pods run, and not by a run that leaves the control plane alone', () => {
  assert.equal(said(gatewayUnavailable, { live: [GATEWAY] }).length, 1);
  assert.equal(said(gatewayUnavailable, { live: [GATEWAY], phases: [] }).length, 1);
  assert.deepEqual(said(gatewayUnavailable, { live: [GATEWAY], phases: ['config', 'data-plane'] }), []);
});

test('several-citadels: Deployments tell without knowing what pods run', () => {
  const citadel = deployment('istio-system/istio-citadel', { image: 'docker.io/istio/citadel:1.1.17', replicas: 2 });
  assert.match(said(severalCitadels, { live: [citadel] })[0] ?? '', /^blocker 2 Citadels run today/);
});

test('single-replica-application: it is left to the plan that restarts them, and what nothing upgrades is left out', () => {
  const one = { ref: refOf(deployment('shop/cart')), wanted: 1 };
  const restarted = workload({ ...one, upgrade: { way: 'restart', why: undefined } });
  const around = { status: status({ workloads: [restarted] }) };
  assert.equal(said(singleReplicaApplication, around).length, 1);
  assert.deepEqual(said(singleReplicaApplication, { ...around, phases: ['data-plane'] }), []);
  const left = workload({ ...one, upgrade: { way: 'nothing', why: 'paused' } });
  assert.deepEqual(said(singleReplicaApplication, { status: status({ workloads: [left] }) }), []);
});

test('single-replica-application: many are told in one finding', () => {
  const many = Array.from({ length: 8 }, (_, index) =>
    workload({
      ref: refOf(deployment(`shop/cart-${index}`)),
      wanted: 1,
      upgrade: { way: 'up-to-date', why: undefined },
    }),
  );
  const [finding, ...others] = said(singleReplicaApplication, { status: status({ workloads: many }) });
  assert.match(finding ?? '', /shop\/cart-4 and 3 more$/);
  assert.deepEqual(others, []);
});

test('way-back: a run that leaves the control plane alone needs none', () => {
  const live = [deployment('istio-system/istio-pilot')];
  assert.equal(said(wayBack, { live, phases: [] }).length, 1);
  assert.deepEqual(said(wayBack, { live, phases: ['config'] }), []);
});
