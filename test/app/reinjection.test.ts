import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import type { RunEvent } from '../../src/app/events.ts';
import { runPlan } from '../../src/app/run-plan.ts';
import { afterOf, type Change } from '../../src/core/change.ts';
import { UpgradeError } from '../../src/core/errors.ts';
import { isObject, type Json, listAt, objectAt, valueAt } from '../../src/core/json.ts';
import { LAST_APPLIED, lastAppliedOf } from '../../src/core/last-applied.ts';
import { annotationsOf, isK8sObject, type K8sObject, refOf, refText } from '../../src/core/object.ts';
import type { Plan } from '../../src/core/plan.ts';
import { isInjected, sidecarVersion } from '../../src/injection/detect.ts';
import { withServerDefaults } from '../../src/injection/original.ts';
import { nameOf, podSpecOf, podTemplateOf, withField } from '../../src/injection/pod-template.ts';
import { modelInject } from '../injection/model-injector.ts';
import { type RecordedCase, recordedCases, semantic, skip, withNewFields } from '../injection/recorded.ts';
import { cronJob, deployment } from '../injection/workloads.ts';
import { object, owned, ownedObject } from '../objects.ts';
import { controlPlane, dataPlanePlan, podsOf, type Reinjecting, ready, watchedInjector } from './by-hand-mesh.ts';
import { clusterOf, fakeClock } from './in-memory.ts';

const CART = 'Deployment.apps/shop/cart';
const byHand = (workload: K8sObject) => ready(modelInject(workload));
const withPods = (workload: K8sObject) => [workload, ...podsOf(workload)];
const clusterWith = (...workloads: readonly K8sObject[]) => clusterOf(...controlPlane(), ...workloads);
const planned = (workloads: readonly K8sObject[], request: Reinjecting = {}) =>
  dataPlanePlan(clusterWith(...workloads), request);
const changed = ({ changes }: Plan) => changes.map(({ ref }) => refText(ref));
const leftAlone = ({ dataPlane }: Plan) =>
  (dataPlane?.leftAlone ?? []).map(({ ref, why }) => `${refText(ref)}: ${why}`);
const idsOf = ({ problems }: Plan) => problems.map(({ id, severity }) => `${id} ${severity}`);

function afterIn({ changes }: Plan, name = CART): K8sObject {
  const change = changes.find(({ ref }) => refText(ref) === name);
  const after = change && afterOf(change);
  assert.ok(after, `${name} is changed`);
  return after;
}

async function applied(cluster: ReturnType<typeof clusterWith>, plan: Plan): Promise<readonly RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of runPlan(plan, { cluster, clock: fakeClock(), timeout: 60_000, evictor: cluster }))
    events.push(event);
  return events;
}

describe('a workload that was injected by hand', () => {
  it('gets the answer of the injector, in one change that says why', async () => {
    const injector = watchedInjector();
    const plan = await planned([byHand(deployment())], { injector });
    assert.deepEqual(changed(plan), [CART]);
    assert.deepEqual(
      semantic(afterIn(plan)).spec,
      semantic(withServerDefaults(ready(modelInject(deployment(), { tag: '1.2.0' })))).spec,
    );
    assert.deepEqual(
      plan.changes[0]?.because.map(({ rule, why }) => [rule, why]),
      [['sidecars', 'its sidecar was injected by hand: the old one goes, that of Istio 1.2.0 comes in']],
    );
    assert.equal(injector.asked.length, 1);
    assert.deepEqual(injector.asked[0]?.workloads.map(isInjected), [false]);
    assert.equal(injector.asked[0]?.input.mesh, 'rootNamespace: istio-system\n');
    assert.equal(injector.asked[0]?.input.values, '{"global":{"tag":"1.2.0"}}');
    assert.deepEqual(
      plan.dataPlane?.restarts.map(({ ref, way, isBegun }) => [refText(ref), way, isBegun]),
      [[CART, 'roll', false]],
    );
  });

  it('is written once, is waited for, and a second plan is empty', async () => {
    const cluster = clusterWith(...withPods(byHand(deployment())));
    const events = await applied(cluster, await dataPlanePlan(cluster));
    assert.equal(events.filter(({ event }) => event === 'change-done').length, 1);
    assert.equal(events.filter(({ event }) => event === 'sidecars-checked').length, 1);
    const live = cluster.snapshot().find((one) => refText(refOf(one)) === CART);
    assert.ok(live);
    assert.equal(live.metadata.generation, 2);
    assert.equal(sidecarVersion(live)?.minor, 2);
    const again = await dataPlanePlan(cluster);
    assert.deepEqual([again.changes, again.dataPlane?.restarts, leftAlone(again)], [[], [], []]);
  });

  it('is only waited for where an earlier run wrote it and its pods are not replaced yet', async () => {
    const old = byHand(deployment());
    const next = ready(modelInject(deployment(), { tag: '1.2.0' }));
    const unfinished = { ...next, status: { ...objectAt(next.status), updatedReplicas: 1 } };
    const plan = await planned([unfinished, ...podsOf(old)]);
    assert.deepEqual(plan.changes, []);
    assert.deepEqual(
      plan.dataPlane?.restarts.map(({ isBegun }) => isBegun),
      [true],
    );
  });

  it('is held back while its last rollout is unfinished', async () => {
    const live = byHand(deployment());
    const plan = await planned([{ ...live, status: { ...objectAt(live.status), availableReplicas: 1 } }]);
    assert.deepEqual(plan.changes, []);
    assert.deepEqual(
      idsOf(plan).filter((id) => id.startsWith('rollout')),
      ['rollout-unfinished warning'],
    );
  });

  it('does not need a webhook that can be called', async () => {
    const withoutInjector = controlPlane().filter(({ kind }) => kind !== 'Endpoints');
    const cluster = clusterOf(...withoutInjector, ...withPods(byHand(deployment())));
    const plan = await dataPlanePlan(cluster);
    assert.ok(!idsOf(plan).some((id) => id.startsWith('injector')));
    assert.ok((await applied(cluster, plan)).some(({ event }) => event === 'verified'));
  });

  it('is only restarted in a namespace with the webhook, and that is said', async () => {
    const injector = watchedInjector();
    const live = byHand({ ...deployment(), metadata: { name: 'cart', namespace: 'auto' } });
    const plan = await planned(withPods(live), { injector });
    assert.deepEqual(plan.changes[0]?.notes, [
      'has a sidecar in its template too, which the webhook replaces in the pods: a restart is enough',
    ]);
    assert.equal(sidecarVersion(afterIn(plan, 'Deployment.apps/auto/cart'))?.minor, 1);
    assert.deepEqual(injector.asked, []);
  });

  it('keeps its scale, its labels, and who restarted it, even with an original manifest', async () => {
    const restarted = deployment({}, { annotations: { 'kubectl.kubernetes.io/restartedAt': '2019-06-01' } });
    const live = byHand(restarted);
    const labelled = { ...live, metadata: { ...live.metadata, labels: { team: 'a' } } };
    const original = withField(deployment(), ['spec', 'replicas'], 1);
    const plan = await planned([labelled], { originals: [original] });
    const after = afterIn(plan);
    assert.equal(valueAt(after, 'spec', 'replicas'), 2);
    assert.deepEqual(after.metadata.labels, { team: 'a' });
    assert.equal(
      valueAt(after, 'spec', 'template', 'metadata', 'annotations', 'kubectl.kubernetes.io/restartedAt'),
      '2019-06-01',
    );
  });
});

describe('what kubectl and others know of such a workload', () => {
  const recorded = (live: K8sObject, record: K8sObject) => ({
    ...live,
    metadata: { ...live.metadata, annotations: { ...annotationsOf(live), [LAST_APPLIED]: JSON.stringify(record) } },
  });

  it("kubectl's record of an injected manifest is kept in step", async () => {
    const live = recorded(byHand(deployment()), modelInject(deployment()));
    const record = lastAppliedOf(afterIn(await planned([live])));
    assert.ok(isK8sObject(record));
    assert.equal(sidecarVersion(record)?.minor, 2);
  });

  it('a record without a sidecar gets none: the next kubectl apply would take it out', async () => {
    const live = recorded(byHand(deployment()), deployment());
    const record = lastAppliedOf(afterIn(await planned([live])));
    assert.deepEqual(record, deployment());
  });

  it('fields of other managers stay theirs', async () => {
    const live = ownedObject(
      byHand(deployment()),
      owned('kubectl-client-side-apply', {
        'f:spec': {
          'f:template': {
            'f:spec': {
              'f:containers': {
                'k:{"name":"istio-proxy"}': { '.': {}, 'f:image': {}, 'f:name': {} },
              },
            },
          },
        },
      }),
      owned('scaler', { 'f:spec': { 'f:replicas': {} } }),
    );
    const plan = await planned([live]);
    const entries = listAt(afterIn(plan).metadata.managedFields).filter((one) => valueAt(one, 'manager') === 'scaler');
    assert.deepEqual(
      entries.map((one) => valueAt(one, 'fieldsV1')),
      [{ 'f:spec': { 'f:replicas': {} } }],
    );
    assert.deepEqual(plan.changes[0]?.conflicts, []);
  });
});

describe('workloads that stay as they are', () => {
  it('all of them without an injector, which is no error and says how to get one', async () => {
    const injector = { why: 'there is no istioctl of Istio 1.2.0', hint: 'name it with --istioctl PATH' };
    const plan = await planned([byHand(deployment())], { injector });
    assert.deepEqual(plan.changes, []);
    assert.deepEqual(leftAlone(plan), [
      `${CART}: its sidecar was injected by hand, and cannot be injected anew: there is no istioctl of Istio 1.2.0`,
    ]);
    const told = plan.problems.find(({ id }) => id === 'not-injected-anew');
    assert.deepEqual([told?.severity, told?.hint], ['warning', 'name it with --istioctl PATH']);
  });

  it('one that wants no sidecar', async () => {
    const live = byHand(deployment({}, { annotations: { 'sidecar.istio.io/inject': 'false' } }));
    const plan = await planned([live]);
    assert.deepEqual(plan.changes, []);
    assert.ok(idsOf(plan).includes('injection-unwanted warning'));
    assert.match(leftAlone(plan)[0] ?? '', /sidecar\.istio\.io\/inject: "false"/);
  });

  it('one with a proxy image of its own, which blocks', async () => {
    const live = byHand(deployment({}, { annotations: { 'sidecar.istio.io/proxyImage': 'mine/proxyv2:1.1.17' } }));
    const plan = await planned([live]);
    assert.ok(idsOf(plan).includes('proxy-image blocker'));
    assert.ok(plan.problems.some(({ message }) => message.startsWith('Deployment shop/cart: ')));
  });

  it('one that the injector refuses, while the others are injected', async () => {
    const injector = watchedInjector((one) => {
      if (one.metadata.name === 'cart') throw new UpgradeError('bad annotation');
      return modelInject(one, { tag: '1.2.0' });
    });
    const other = { ...deployment(), metadata: { name: 'web', namespace: 'shop' } };
    const plan = await planned([byHand(deployment()), byHand(other)], { injector });
    assert.deepEqual(changed(plan), ['Deployment.apps/shop/web']);
    assert.ok(idsOf(plan).includes('injection-failed blocker'));
  });

  it('OnDelete ones without --evict', async () => {
    const set = object('apps/v1', 'DaemonSet', 'shop/log', {
      spec: { ...objectAt(deployment().spec), updateStrategy: { type: 'OnDelete' } },
    });
    const live = byHand(set);
    assert.match(leftAlone(await planned(withPods(live)))[0] ?? '', /--evict/);
    const plan = await planned(withPods(live), { evicts: true });
    assert.deepEqual(plan.changes.flatMap(({ steps }) => steps.map((step) => step.do)).slice(-1), ['evict']);
    assert.equal(sidecarVersion(afterIn(plan, 'DaemonSet.apps/shop/log'))?.minor, 2);
  });
});

test('CronJobs are written and nothing is waited for, also beside workloads that are rolled out', async () => {
  for (const others of [[], withPods(byHand(deployment()))]) {
    const cluster = clusterWith(byHand(cronJob()), ...others);
    const plan = await dataPlanePlan(cluster);
    assert.equal(plan.changes.length, others.length === 0 ? 1 : 2);
    assert.equal(plan.dataPlane?.restarts.length, others.length === 0 ? 0 : 1);
    const events = await applied(cluster, plan);
    assert.equal(events.filter(({ event }) => event === 'change-done').length, plan.changes.length);
    const again = await dataPlanePlan(cluster);
    assert.deepEqual([again.changes, again.dataPlane?.restarts], [[], []]);
  }
});

describe('a configuration of the user', () => {
  const config = (template: string) => ({
    text: `policy: enabled\ntemplate: |-\n  image: docker.io/istio/proxyv2:1.1.17\n  ${template}\n`,
    source: 'mine.yaml',
  });

  it('goes in place of the release’s, with its tag moved, which is told with its place', async () => {
    const injector = watchedInjector();
    const custom = { config: config('{{ .Values.x }}'), mesh: { text: 'mine: 1\n', source: 'mesh.yaml' } };
    const plan = await planned([byHand(deployment())], { injector, custom });
    assert.match(injector.asked[0]?.input.config ?? '', /proxyv2:1\.2\.0\n/);
    assert.equal(injector.asked[0]?.input.mesh, 'mine: 1\n');
    assert.deepEqual(
      plan.problems.filter(({ id }) => id === 'inject-config-tag').map(({ message }) => message),
      [
        'mine.yaml (config, line 3): docker.io/istio/proxyv2:1.1.17 becomes docker.io/istio/proxyv2:1.2.0 for this injection',
      ],
    );
  });

  it('in the language of the other version is refused with the reason', async () => {
    const custom = { config: config('[[ .Spec ]]') };
    await assert.rejects(
      planned([byHand(deployment())], { custom }),
      (error) =>
        error instanceof UpgradeError &&
        error.exit === 3 &&
        error.message === 'mine.yaml: its template is written in [[ ]], and Istio 1.2 reads {{ }}',
    );
  });

  it('that only the cluster has in another language leaves the workloads alone', async () => {
    const objects = controlPlane().map((one) =>
      one.metadata.name === 'istio-sidecar-injector' && one.kind === 'ConfigMap'
        ? { ...one, data: { config: config('[[ .Spec ]]').text } }
        : one,
    );
    const plan = await dataPlanePlan(clusterOf(...objects, byHand(deployment())));
    assert.deepEqual(plan.changes, []);
    assert.match(leftAlone(plan)[0] ?? '', /its template is written in \[\[ \]\]/);
  });
});

test('with the control plane in the same plan, the configuration of its manifests is injected with', async () => {
  const target = controlPlane().filter(({ kind }) => ['Deployment', 'ConfigMap'].includes(kind));
  const mesh = target.map((one) =>
    one.metadata.name === 'istio' ? { ...one, data: { mesh: 'rootNamespace: new\n' } } : one,
  );
  const injector = watchedInjector();
  const cluster = clusterOf(...controlPlane('1.1.17'), byHand(deployment()));
  await dataPlanePlan(
    cluster,
    { injector },
    {
      target: { objects: mesh.map((one) => ({ object: one, source: 'istio.yaml' })) },
      phases: ['control-plane', 'data-plane'],
    },
  );
  assert.equal(injector.asked[0]?.input.mesh, 'rootNamespace: new\n');
});

describe('an original manifest', () => {
  const live = byHand(deployment({ tolerations: [{ operator: 'Exists' }] }));

  it('is injected instead, and what the live object has besides is told', async () => {
    const plan = await planned([live], { originals: [deployment()] });
    assert.equal(podSpecOf(afterIn(plan)).tolerations, undefined);
    assert.equal(sidecarVersion(afterIn(plan))?.minor, 2);
    const told = plan.problems.find(({ id }) => id === 'original-differs');
    assert.match(told?.message ?? '', /spec\.template\.spec\.tolerations/);
  });

  it('of another workload changes nothing, and that is told', async () => {
    const other = { ...deployment(), metadata: { name: 'cart', namespace: 'bank' } };
    const plan = await planned([live], { originals: [other] });
    assert.notEqual(podSpecOf(afterIn(plan)).tolerations, undefined);
    const told = plan.problems.filter(({ id }) => id === 'original-unused');
    assert.deepEqual(
      told.map(({ message }) => message),
      ['original manifest Deployment.apps/bank/cart is of no workload that is injected anew'],
    );
  });
});

describe("Istio's own injections, through a plan", { skip }, () => {
  for (const recorded of recordedCases()) {
    it(`end where istioctl 1.2.0 does: ${recorded.name}`, async () => {
      const plan = await planned(recorded.old.map(ready), { injector: answering(recorded), evicts: true });
      const injected = recorded.old.filter(isInjected);
      assert.equal(plan.changes.length, injected.length);
      for (const change of plan.changes) assertRecorded(change, recorded);
    });

    it(`keep the fields that istioctl does not know: ${recorded.name}`, async () => {
      const live = recorded.old.filter(isInjected).map((one) => ready(withNewFields(one)));
      const plan = await planned(live, { injector: answering(recorded), evicts: true });
      assert.equal(plan.changes.length, live.length);
      for (const change of plan.changes) {
        const after = afterOf(change);
        assert.ok(after);
        const spec = podSpecOf(after);
        assert.equal(sidecarVersion(after)?.minor, 2);
        assert.equal(listAt(spec.topologySpreadConstraints).length, 1);
        assert.deepEqual(valueAt(spec, 'securityContext', 'seccompProfile'), { type: 'RuntimeDefault' });
        assert.ok(listAt(spec.volumes).some((one) => valueAt(one, 'ephemeral') !== undefined));
        const own = listAt(spec.containers).filter((one) => nameOf(one) !== 'istio-proxy');
        assert.ok(own.every((one) => valueAt(one, 'startupProbe') !== undefined));
      }
    });
  }
});

function answering({ next }: RecordedCase) {
  return watchedInjector((asked) => {
    const answer = next.find((one) => refText(refOf(one)) === refText(refOf(asked)));
    assert.ok(answer);
    return answer;
  });
}

function assertRecorded(change: Change, { next }: RecordedCase): void {
  const after = afterOf(change);
  const wanted = next.find((one) => refText(refOf(one)) === refText(change.ref));
  assert.ok(after && wanted);
  assert.deepEqual(templateOf(after), templateOf(wanted));
}

/** The template as a server has it; items of lists by name, whose order applying keeps as it was. */
function templateOf(workload: K8sObject): Json {
  const template = podTemplateOf(workload);
  assert.ok(template);
  const filled = withServerDefaults(workload);
  const [metadata, spec, status] = [template.metadata, template.spec, template.statusMetadata].map((path) =>
    objectAt(valueAt(filled, ...path)),
  );
  assert.ok(metadata && spec && status);
  const whole = {
    ...filled,
    metadata: { name: '' },
    spec: {},
    pods: spec,
    labels: metadata.labels,
    notes: status.annotations,
  };
  return sorted(semantic(whole));
}

function sorted(value: Json): Json {
  if (isObject(value))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, sorted(item ?? null)]));
  if (!Array.isArray(value)) return value;
  const items: Json[] = value.map(sorted);
  return items.every((item) => nameOf(item) !== '')
    ? items.toSorted((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1))
    : items;
}
