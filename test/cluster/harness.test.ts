import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { listAt, objectAt, valueAt } from '../../src/core/json.ts';
import { annotationsOf, type K8sObject } from '../../src/core/object.ts';
import { clusterTests, istioTests } from './harness/binaries.ts';
import { applyClientSide, LAST_APPLIED } from './harness/client-side-apply.ts';
import type { TestCluster } from './harness/cluster.ts';
import { startControlPlane } from './harness/control-plane.ts';
import { watchEndpoints } from './harness/endpoints.ts';
import type { SavedState } from './harness/etcd.ts';
import { startGalley } from './harness/galley.ts';
import { type StandInKubelet, standInKubelet } from './harness/kubelet.ts';
import { isRolledOut, rolledOut } from './harness/rollout.ts';
import { type SeedVariant, seedIstio11 } from './harness/seed.ts';
import { eventually } from './harness/waiting.ts';

const RULE: K8sObject = {
  apiVersion: 'networking.istio.io/v1alpha3',
  kind: 'DestinationRule',
  metadata: { name: 'cart', namespace: 'default' },
  spec: { host: 'cart' },
};

clusterTests('the test cluster', () => {
  let cluster: TestCluster;
  let kubelet: StandInKubelet;
  before(async () => {
    cluster = await startControlPlane();
    kubelet = await standInKubelet(cluster);
  });
  after(() => cluster?.stop());

  test('a user may do what was granted, with a token as with a certificate, and nothing else', async () => {
    await cluster.grant('alice', [{ apiGroups: [''], resources: ['configmaps'], verbs: ['list'] }]);
    for (const credential of ['token', 'certificate'] as const) {
      const kubeconfig = cluster.kubeconfig('alice', credential);
      const get = (what: string) => cluster.kubectl(['get', what, `--kubeconfig=${kubeconfig}`]);
      assert.equal((await get('configmaps')).code, 0);
      assert.match((await get('secrets')).stderr, /User "alice" cannot list resource "secrets"/);
    }
    const asReader = await cluster.request('GET', '/api/v1/secrets', undefined, { user: 'reader' });
    const asNobody = await cluster.request('GET', '/api/v1/secrets', undefined, { user: 'nobody' });
    assert.deepEqual([asReader.status, asNobody.status], [200, 403]);
  });

  test('an applied object is what kubectl makes of it', async () => {
    const data = { text: '<a> & "b" \u2028\n', more: 'x' };
    const manifest = (name: string): K8sObject => ({
      kind: 'ConfigMap',
      metadata: { namespace: 'default', name },
      data,
      apiVersion: 'v1',
    });
    const ours = await applyClientSide(cluster, manifest('ours'));
    const ran = await cluster.kubectl(['apply', '-f', '-'], { input: JSON.stringify(manifest('kubectls')) });
    assert.equal(ran.code, 0, ran.stderr);
    const kubectls = await cluster.get(manifest('kubectls'));
    assert.ok(kubectls);
    assert.equal(annotationsOf(ours)[LAST_APPLIED], annotationsOf(kubectls)[LAST_APPLIED]?.replace('kubectls', 'ours'));
    assert.deepEqual(managersOf(ours), managersOf(kubectls));
  });

  test('pods of every kind of workload run, a DaemonSet on each node, and Jobs end', async () => {
    for (const object of [workload('DaemonSet'), workload('StatefulSet', { serviceName: 'x', replicas: 2 }), JOB]) {
      await cluster.create(object);
    }
    await statusOf(workload('DaemonSet'), { numberReady: kubelet.nodes.length, numberAvailable: kubelet.nodes.length });
    await statusOf(workload('StatefulSet'), { readyReplicas: 2 });
    await statusOf(JOB, { succeeded: 1 });
    const pods = await cluster.list('v1', 'Pod', 'default');
    const onNodes = pods.filter(isOf('DaemonSet')).map((pod) => `${valueAt(pod, 'spec', 'nodeName')}`);
    assert.deepEqual(onNodes.sort(), [...kubelet.nodes]);
    const addresses = pods.map((pod) => valueAt(pod, 'status', 'podIP'));
    assert.equal(new Set(addresses).size, kubelet.nodes.length + 2 + 1);
  });

  test('a pod waits for as long as the test says, and its Service has no address meanwhile', async () => {
    const deployment = workload('Deployment', { replicas: 3 });
    const outage = { reason: 'ImagePullBackOff', message: 'no such image' };
    await cluster.create({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: deployment.metadata,
      spec: { selector: LABELS('Deployment'), ports: [{ port: 80 }] },
    });
    await cluster.create(deployment);
    const endpoints = await watchEndpoints(cluster, 'default');
    await statusOf(deployment, { availableReplicas: 3 });
    await eventually(async () => (endpoints.services.has(deployment.metadata.name) ? true : undefined), {
      what: 'an address',
    });
    kubelet.readiness = (pod) => (isOf('Deployment')(pod) ? outage : true);
    await statusOf(deployment, { availableReplicas: undefined, unavailableReplicas: 3 });
    const pods = (await cluster.list('v1', 'Pod', 'default')).filter(isOf('Deployment'));
    for (const pod of pods) {
      assert.equal(valueAt(pod, 'status', 'phase'), 'Pending');
      assert.deepEqual(valueAt(pod, 'status', 'containerStatuses', 0, 'state'), { waiting: outage });
    }
    kubelet.readiness = () => true;
    await statusOf(deployment, { availableReplicas: 3 });
    const outages = await endpoints.stop();
    assert.deepEqual(
      outages.map(({ service }) => service),
      [deployment.metadata.name],
    );
  });

  test('hundreds of pods come up and go away', async () => {
    const deployment = workload('Deployment', { replicas: 300 }, 'crowd');
    await cluster.create(deployment);
    await statusOf(deployment, { availableReplicas: 300 });
    await cluster.delete(deployment, { propagationPolicy: 'Foreground' });
    await eventually(async () => ((await podsOf('crowd')) === 0 ? true : undefined), { what: 'the end of the pods' });
  });

  test('without the programs the tests are skipped, and fail where they are required', () => {
    const missing = 'NOT RUN, no API server: run scripts/kube-binaries.sh';
    const [skipped, failed] = [runWithoutPrograms({}), runWithoutPrograms({ ISTIO_UPGRADE_REQUIRE_CLUSTER: '1' })];
    assert.equal(skipped.code, 0, skipped.output);
    assert.equal(failed.code, 1, failed.output);
    for (const { output } of [skipped, failed]) assert.ok(output.includes(missing), output);
  });

  async function statusOf(object: K8sObject, expected: Readonly<Record<string, number | undefined>>): Promise<void> {
    const look = async (): Promise<true | undefined> => {
      const status = objectAt((await cluster.get(object))?.status);
      return Object.entries(expected).every(([key, value]) => status[key] === value) ? true : undefined;
    };
    await eventually(look, { what: `${object.kind} ${object.metadata.name} to have ${JSON.stringify(expected)}` });
  }

  async function podsOf(name: string): Promise<number> {
    const pods = await cluster.list('v1', 'Pod', 'default');
    return pods.filter(({ metadata }) => metadata.name.startsWith(`${name}-`)).length;
  }
});

istioTests('a cluster with Istio 1.1', () => {
  let cluster: TestCluster;
  let empty: SavedState;
  before(async () => {
    cluster = await startControlPlane();
    await standInKubelet(cluster);
    empty = await cluster.saveState();
  });
  after(() => cluster?.stop());
  beforeEach(async () => {
    await cluster.restoreState(empty);
  });

  test('it runs, as kubectl applied it long ago', async () => {
    await seedIstio11(cluster);
    const deployments = await istioDeployments();
    assert.equal(deployments.length, 8);
    for (const deployment of deployments) assert.ok(isRolledOut(deployment), deployment.metadata.name);
    const gateway = deployments.find(({ metadata }) => metadata.name === 'istio-ingressgateway');
    assert.ok(gateway);
    const applied = JSON.parse(annotationsOf(gateway)[LAST_APPLIED] ?? '');
    assert.deepEqual(
      [applied.apiVersion, applied.spec.selector, applied.spec.strategy],
      ['extensions/v1beta1', undefined, undefined],
    );
    assert.deepEqual(
      valueAt(gateway, 'spec', 'selector', 'matchLabels'),
      valueAt(gateway, 'spec', 'template', 'metadata', 'labels'),
    );
    assert.deepEqual(valueAt(gateway, 'spec', 'strategy', 'rollingUpdate'), { maxSurge: 1, maxUnavailable: 1 });
    const managers = managersOf(gateway).map(({ manager }) => manager);
    assert.deepEqual(managers.sort(), ['kube-controller-manager', 'kubectl-client-side-apply']);
  });

  for (const variant of ['create', 'no-managed-fields'] satisfies SeedVariant[]) {
    test(`it can be seeded as by ${variant}, with mTLS`, async () => {
      const { objects } = await seedIstio11(cluster, { variant, manifests: 'control-plane-mtls.yaml' });
      const live = await liveOf(objects);
      const unmanaged = live.filter((object) => managersOf(object).length === 0).map(({ metadata }) => metadata.name);
      // One ServiceAccount has nothing but its name, so nobody can own a field of it.
      if (variant === 'create')
        assert.deepEqual(
          unmanaged.filter((name) => name !== 'istio-multi'),
          [],
        );
      else assert.equal(unmanaged.length, objects.length);
      const annotated = live.filter((object) => annotationsOf(object)[LAST_APPLIED] !== undefined);
      // All but the namespace; of those that are created plainly, only what the chart's own Job applies.
      assert.equal(annotated.length, variant === 'create' ? 3 : objects.length - 1);
    });
  }

  test('it scales, never without an address, and its hooks never ran', async () => {
    await seedIstio11(cluster);
    const endpoints = await watchEndpoints(cluster, 'istio-system');
    const scaled = await cluster.kubectl(['scale', '-n', 'istio-system', 'deployment/istio-galley', '--replicas=4']);
    assert.equal(scaled.code, 0, scaled.stderr);
    await rolledOut(cluster, 'istio-system');
    const galley = (await istioDeployments()).find(({ metadata }) => metadata.name === 'istio-galley');
    assert.equal(valueAt(galley, 'status', 'availableReplicas'), 4);
    assert.deepEqual(await endpoints.stop(), []);
    assert.ok(endpoints.services.has('istio-galley'));
    assert.deepEqual(await cluster.list('batch/v1', 'Job'), []);
    const { stdout } = await cluster.kubectl(['get', 'sa,clusterrole,clusterrolebinding', '-A', '-o=name']);
    assert.ok(stdout.includes('istio-galley'));
    assert.ok(!stdout.includes('istio-cleanup-secrets'));
  });

  test('Galley refuses dry runs, judges the rest, and a saved state has all of it undone', async () => {
    await seedIstio11(cluster);
    const saved = await cluster.saveState();
    const galley = await startGalley(cluster, {
      validate: ({ object }) => (valueAt(object, 'spec', 'host') === '' ? 'host must not be empty' : undefined),
    });
    await galley.register();
    const message = /admission webhook "pilot.validation.istio.io" does not support dry run/;
    await assert.rejects(cluster.create(RULE, { dryRun: true }), message);
    await assert.rejects(cluster.apply(RULE, { dryRun: true, fieldManager: 'test' }), message);
    assert.deepEqual(galley.requests, []);
    await assert.rejects(cluster.create({ ...RULE, spec: { host: '' } }), /host must not be empty/);
    await cluster.create(RULE);
    const asked = galley.requests.map(({ path, operation, dryRun }) => [path, operation, dryRun]);
    assert.deepEqual(asked, [
      ['/admitpilot', 'CREATE', false],
      ['/admitpilot', 'CREATE', false],
    ]);
    const uids = (await istioDeployments()).map(({ metadata }) => metadata.uid);
    await cluster.delete({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'istio-system' } });

    await cluster.restoreState(saved);
    assert.equal(await cluster.get(RULE), undefined);
    await eventually(async () => ((await dryRunStatus()) === 201 ? true : undefined), {
      what: 'the webhook to be forgotten',
    });
    await rolledOut(cluster, 'istio-system');
    assert.deepEqual(
      (await istioDeployments()).map(({ metadata }) => metadata.uid),
      uids,
    );
    await galley.stop();
  });

  async function liveOf(objects: readonly K8sObject[]): Promise<readonly K8sObject[]> {
    const live: K8sObject[] = [];
    for (const object of objects) live.push((await cluster.get(object)) ?? assert.fail(`no ${object.metadata.name}`));
    return live;
  }

  function istioDeployments(): Promise<readonly K8sObject[]> {
    return cluster.list('apps/v1', 'Deployment', 'istio-system');
  }

  async function dryRunStatus(): Promise<number> {
    return (await cluster.request('POST', `${await cluster.collectionOf(RULE)}?dryRun=All`, RULE)).status;
  }
});

const LABELS = (kind: string) => ({ app: kind.toLowerCase() });
const CONTAINERS = [{ name: 'x', image: 'example.com/x:1' }];
const JOB: K8sObject = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'job', namespace: 'default' },
  spec: { template: { spec: { containers: CONTAINERS, restartPolicy: 'Never' } } },
};

function workload(
  kind: string,
  more: Readonly<Record<string, string | number>> = {},
  name = kind.toLowerCase(),
): K8sObject {
  const labels = name === kind.toLowerCase() ? LABELS(kind) : { app: name };
  const template = { metadata: { labels }, spec: { containers: CONTAINERS } };
  const spec = { selector: { matchLabels: labels }, template, ...more };
  return { apiVersion: 'apps/v1', kind, metadata: { name, namespace: 'default' }, spec };
}

function isOf(kind: string): (pod: K8sObject) => boolean {
  return (pod) => valueAt(pod, 'metadata', 'labels', 'app') === kind.toLowerCase();
}

function managersOf(object: K8sObject): readonly { manager: string; fields: string }[] {
  return listAt(object.metadata.managedFields).map((entry) => ({
    manager: `${valueAt(entry, 'manager')}`,
    fields: JSON.stringify(valueAt(entry, 'fieldsV1')),
  }));
}

function runWithoutPrograms(more: Readonly<Record<string, string>>): { code: number | null; output: string } {
  const { NODE_TEST_CONTEXT: _, ISTIO_UPGRADE_REQUIRE_CLUSTER: __, ...inherited } = process.env;
  const env = { ...inherited, KUBEBUILDER_ASSETS: path.join(import.meta.dirname, 'nowhere'), ...more };
  const ran = spawnSync(process.execPath, ['--test', import.meta.filename], { env, encoding: 'utf8' });
  return { code: ran.status, output: ran.stdout };
}
