import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunEvent } from '../../src/app/events.ts';
import { makePlan } from '../../src/app/make-plan.ts';
import { makeRollback } from '../../src/app/make-rollback.ts';
import type { PlanRequest } from '../../src/app/plan-request.ts';
import type { HelmReleases } from '../../src/app/ports.ts';
import { runPlan } from '../../src/app/run-plan.ts';
import { afterOf } from '../../src/core/change.ts';
import { UpgradeError } from '../../src/core/errors.ts';
import type { K8sObject } from '../../src/core/object.ts';
import { refText } from '../../src/core/object.ts';
import type { Plan } from '../../src/core/plan.ts';
import { HOPS } from '../../src/hops/index.ts';
import { helmRecords } from '../../src/release/helm-records.ts';
import { deployment, object } from '../objects.ts';
import { helmInstalling, PILOT, record } from './helm-mesh.ts';
import { clusterOf, fakeClock } from './in-memory.ts';

const NEW_PILOT = deployment('istio-system/istio-pilot', { image: 'docker.io/istio/pilot:1.2.10' });
const OLD_MAP = object('v1', 'ConfigMap', 'istio-system/old');
const HOOK = object('batch/v1', 'Job', 'istio-system/post', {
  metadata: { annotations: { 'helm.sh/hook': 'post-upgrade' } },
});
const target = (...objects: readonly K8sObject[]) => objects.map((one) => ({ object: one, source: 'chart' }));
const helmWith = (...objects: readonly K8sObject[]) =>
  helmInstalling({ chart: { name: 'istio', version: '1.2.10' }, objects: target(...objects), hooks: target(HOOK) });

function planned(live: readonly K8sObject[], helm: HelmReleases, request: Partial<PlanRequest> = {}): Promise<Plan> {
  return makePlan(
    {
      target: { objects: target(NEW_PILOT) },
      istioNamespace: 'istio-system',
      phases: ['control-plane'],
      prune: false,
      removeAnnotations: false,
      willWrite: true,
      ignored: [],
      isTaken: () => false,
      helm: { strategy: 'auto', records: helmRecords, helm },
      ...request,
    },
    clusterOf(...live),
    HOPS,
  );
}

const rows = ({ changes }: Plan) =>
  changes.map(({ op, ref, steps }) => `${op} ${refText(ref)} ${steps.map((step) => step.do)}`);
const ids = ({ problems }: Plan) => problems.map(({ severity, id }) => `${severity} ${id}`);

test('one run of Helm makes what its chart installs and deletes what it no longer has', async () => {
  const live = [PILOT, OLD_MAP, record({ objects: [PILOT, OLD_MAP] })];
  const plan = await planned(live, helmWith(NEW_PILOT));
  assert.deepEqual(rows(plan), [
    'update Deployment.apps/istio-system/istio-pilot helm',
    'delete ConfigMap/istio-system/old helm',
  ]);
  assert.deepEqual(
    plan.helm?.map(({ release, revision, chart, does }) => [release, revision, chart, does.run]),
    [['istio', 1, 'istio-1.2.10', 'upgrade']],
  );
  assert.deepEqual(
    plan.skipped.map(({ why }) => why),
    ['Helm hook for post-upgrade: Helm is run without hooks'],
  );
});

test('values of the release that make the chart install another version are an error that says how to mend it', async () => {
  await assert.rejects(planned([PILOT, record()], helmWith(PILOT)), {
    message:
      /the values that Helm keeps of istio make chart istio-1\.2\.10 install Istio 1\.1\.17, and the release is 1\.2\.10/,
    hint: /--set global\.tag=1\.2\.10/,
  });
});

test('what is to be kept is kept', async () => {
  const kept = object('v1', 'ConfigMap', 'istio-system/old', {
    metadata: { annotations: { 'helm.sh/resource-policy': 'keep' } },
  });
  const plan = await planned([PILOT, kept, record({ objects: [PILOT, kept] })], helmWith(NEW_PILOT));
  assert.deepEqual(rows(plan), ['update Deployment.apps/istio-system/istio-pilot helm']);
});

test('what is there and not of the release blocks, since Helm would refuse to take it over', async () => {
  const map = object('v1', 'ConfigMap', 'istio-system/new', { data: { a: 'live' } });
  const wanted = { ...map, data: { a: 'chart' } };
  const plan = await planned([PILOT, map, record()], helmWith(NEW_PILOT, wanted));
  assert.ok(ids(plan).includes('blocker not-helms'));
});

test('a scale that Helm sets back is told', async () => {
  const scaled = deployment('istio-system/istio-pilot', { replicas: 3 });
  const wanted = deployment('istio-system/istio-pilot', { image: 'docker.io/istio/pilot:1.2.10', replicas: 1 });
  const plan = await planned([scaled, record()], helmWith(wanted));
  assert.match(plan.changes[0]?.notes.join() ?? '', /is scaled from 3 to 1 replicas: Helm sets what the manifest says/);
});

test('a record of removed versions is rewritten first, and kept before that', async () => {
  const old = { ...PILOT, apiVersion: 'extensions/v1beta1' };
  const plan = await planned([PILOT, record({ objects: [old] })], helmWith(NEW_PILOT));
  assert.deepEqual(rows(plan), [
    'update Secret/istio-system/sh.helm.release.v1.istio.v1 rewrite',
    'update Deployment.apps/istio-system/istio-pilot helm',
  ]);
});

test('nothing is done where nothing changes, and again where the last run of Helm did not succeed', async () => {
  const upgraded = { objects: [NEW_PILOT], chart: { name: 'istio', version: '1.2.10' } };
  const { changes } = await planned([PILOT, record()], helmWith(NEW_PILOT));
  const live = changes.flatMap((change) => afterOf(change) ?? []);
  const idle = await planned([...live, record(upgraded)], helmWith(NEW_PILOT));
  assert.deepEqual([rows(idle), idle.helm], [[], undefined]);
  const failed = record({ ...upgraded, revision: 2, status: 'failed' });
  const again = await planned([...live, record(upgraded), failed], helmWith(NEW_PILOT));
  assert.deepEqual([rows(again), again.helm?.length], [[], 1]);
});

async function told(plan: Plan, live: readonly K8sObject[], helm: Pick<HelmReleases, 'run'>) {
  const events: RunEvent[] = [];
  const keep = async () => '/state/file';
  const run = runPlan(plan, { cluster: clusterOf(...live), clock: fakeClock(), timeout: 1000, settle: 0, helm, keep });
  try {
    for await (const event of run) events.push(event);
  } catch (error) {
    return { names: events.map(({ event }) => event), error };
  }
  return { names: events.map(({ event }) => event), error: undefined };
}

test('what Helm prints is told, and what it leaves undone is found', async () => {
  const live = [PILOT, record()];
  const plan = await planned(live, helmWith(NEW_PILOT));
  const { names, error } = await told(
    { ...plan, awaited: { ...plan.awaited, 'control-plane': [] } },
    live,
    helmWith(NEW_PILOT),
  );
  assert.deepEqual(names, ['phase-started', 'helm-started', 'helm-said', 'change-done', 'phase-done']);
  assert.match(String(error), /istio-pilot is not what was predicted/);
});

test('an object that moved since it was shown stops Helm before it begins', async () => {
  const plan = await planned([PILOT, record()], helmWith(NEW_PILOT));
  const moved = deployment('istio-system/istio-pilot', { image: 'docker.io/istio/pilot:1.1.16' });
  const { names, error } = await told(plan, [moved, record()], helmWith(NEW_PILOT));
  assert.deepEqual(names, ['phase-started']);
  assert.match(String(error), /changed since the plan was made/);
});

test('a failure of Helm is the end of the run', async () => {
  const live = [PILOT, record()];
  const failing: Pick<HelmReleases, 'run'> = {
    run: async function* () {
      yield 'Error: UPGRADE FAILED';
      throw new UpgradeError('helm upgrade istio: UPGRADE FAILED');
    },
  };
  const { names, error } = await told(await planned(live, helmWith(NEW_PILOT)), live, failing);
  assert.deepEqual(names, ['phase-started', 'helm-started', 'helm-said']);
  assert.match(String(error), /UPGRADE FAILED/);
});

const BACK: readonly (readonly [string, readonly K8sObject[], RegExp])[] = [
  ['without a release', [PILOT], /nothing to roll back: Helm has no release of the control plane in istio-system/],
  [
    "from somebody else's upgrade",
    [PILOT, record({ description: 'Upgrade complete' })],
    /release istio, revision 1 \(deployed: Upgrade complete\) was not made by this tool/,
  ],
  [
    'where Helm keeps no revision before',
    [PILOT, record({ description: 'kubectl istio-upgrade to istio-1.2.10' })],
    /Helm keeps no revision before 1 that was in force/,
  ],
];
for (const [name, live, message] of BACK)
  test(`there is no way back ${name}`, async () => {
    const back = makeRollback({ istioNamespace: 'istio-system', records: helmRecords }, clusterOf(...live));
    await assert.rejects(back, message);
  });

test('the way back leads to the last revision in force before the upgrade, however many runs that took', async () => {
  const ours = {
    description: 'kubectl istio-upgrade to istio-1.2.10',
    chart: { name: 'istio', version: '1.2.10' },
    objects: [NEW_PILOT],
  };
  const records = [
    record({ status: 'superseded' }),
    record({ revision: 2, status: 'superseded', ...ours }),
    record({ revision: 3, status: 'failed' }),
    record({ revision: 4, ...ours }),
  ];
  const plan = await makeRollback(
    { istioNamespace: 'istio-system', records: helmRecords },
    clusterOf(NEW_PILOT, ...records),
  );
  assert.deepEqual(
    plan.helm?.map(({ revision, does }) => [revision, does]),
    [[4, { run: 'rollback', to: 1 }]],
  );
  assert.deepEqual([plan.from, plan.to], ['1.2.10', '1.1.17']);
  assert.ok(ids(plan).includes('note not-undone'));
});
