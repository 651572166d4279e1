import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type K8sObject, uidOf } from '../../src/core/object.ts';
import { run } from '../cli/run.ts';
import { deployment, object } from '../objects.ts';
import { clusterTests } from './harness/binaries.ts';
import type { TestCluster } from './harness/cluster.ts';
import { startControlPlane } from './harness/control-plane.ts';
import { eventually } from './harness/waiting.ts';

const PROXY = { name: 'istio-proxy', image: 'docker.io/istio/proxyv2:1.1.17', args: ['proxy', 'sidecar'] };
const APP = { name: 'app', image: 'registry.example/app:1' };
const READ_PODS = { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] };

const RUN = { template: { spec: { restartPolicy: 'Never', containers: [APP, PROXY] } } };
const NIGHTLY = object('batch/v1beta1', 'CronJob', 'tools/nightly', {
  spec: { schedule: '0 3 1 1 *', suspend: true, jobTemplate: { spec: RUN } },
});

/** One line of a table as words. */
function row(out: string, name: string): string | undefined {
  const line = out.split('\n').find((text) => text.includes(name));
  return line?.trim().replace(/ {2,}/g, ' | ');
}

clusterTests('status', () => {
  let cluster: TestCluster;
  before(async () => {
    cluster = await startControlPlane();
    const labels = { 'istio-injection': 'enabled' };
    await cluster.create(object('v1', 'Namespace', 'istio-system'));
    await cluster.create(object('v1', 'Namespace', 'shop', { metadata: { labels } }));
    await cluster.create(object('v1', 'Namespace', 'tools'));
    for (const namespace of ['istio-system', 'shop', 'tools']) await serviceAccount(namespace);
    await cluster.create(deployment('istio-system/istio-pilot', { image: 'docker.io/istio/pilot:1.2.10' }));
    await cluster.create(injected('tools/by-hand'));
    await cluster.create(deployment('shop/plain', { image: 'registry.example/app:1' }));
    await cluster.create(nightlyRun(await cluster.create(NIGHTLY)));
    await cluster.create(
      object('v1', 'Pod', 'shop/debug', { metadata: { labels: { app: 'debug' } }, spec: { containers: [APP, PROXY] } }),
    );
    for (const name of ['by-hand', 'plain', 'istio-pilot', 'nightly-1']) await pods(name);
  });
  after(() => cluster?.stop());

  const serviceAccount = (namespace: string) =>
    eventually(() => cluster.get(object('v1', 'ServiceAccount', `${namespace}/default`)), {
      what: 'a service account',
    });
  const pods = (name: string) =>
    eventually(async () => (await cluster.list('v1', 'Pod')).find(({ metadata }) => metadata.name.startsWith(name)), {
      what: `pods of ${name}`,
    });
  const injected = (path: string) =>
    object('apps/v1', 'Deployment', path, {
      spec: {
        replicas: 2,
        selector: { matchLabels: { app: 'by-hand' } },
        template: { metadata: { labels: { app: 'by-hand' } }, spec: { containers: [APP, PROXY] } },
      },
    });
  /** A Job as its CronJob would have made it. */
  const nightlyRun = (cronJob: K8sObject) => {
    const { apiVersion, kind, metadata } = cronJob;
    const owner = { apiVersion, kind, name: metadata.name, uid: uidOf(cronJob), controller: true };
    return object('batch/v1', 'Job', 'tools/nightly-1', { metadata: { ownerReferences: [owner] }, spec: RUN });
  };
  const status = (user: 'reader' | 'alice', ...flags: readonly string[]) =>
    run(['status', ...flags], { env: { KUBECONFIG: cluster.kubeconfig(user) } });

  test('tells what the controllers made of the workloads', async () => {
    const { exit, out, err } = await status('reader');
    assert.equal(exit, 0, err);
    assert.match(out, /^Istio 1\.2\.10 /);
    assert.match(
      row(out, 'istio-pilot') ?? '',
      /istio-pilot \| 1\.2\.10 \| 0\/1 \| docker\.io\/istio\/pilot:1\.2\.10$/,
    );
    assert.match(
      row(out, 'by-hand') ?? '',
      /^tools \| Deployment\.apps\/by-hand \| 2 \| 2 \| 1\.1\.17 \| by hand \| re-injection$/,
    );
    assert.match(
      row(out, 'plain') ?? '',
      /^shop \| Deployment\.apps\/plain \| 1 \| 0 \| - \| no: there is no injection webhook/,
    );
    assert.match(
      row(out, 'nightly') ?? '',
      /^tools \| CronJob\.batch\/nightly \| 1 \| 1 \| 1\.1\.17 \| by hand \| re-injection$/,
    );
    assert.match(row(out, 'debug') ?? '', /^shop \| Pod\/debug \| 1 \| 1 \| 1\.1\.17 \| .*nothing: a bare pod/);
  });

  test('-n and -l narrow the data plane down and leave the control plane', async () => {
    const { out } = await status('reader', '-n', 'shop', '-l', 'app=debug', '-o', 'name');
    assert.equal(out, 'Pod/shop/debug\n');
    const { out: text } = await status('reader', '-n', 'tools');
    assert.match(text, /istio-pilot/);
    assert.doesNotMatch(text, /Pod\/debug/);
    assert.match(text, /by-hand/);
  });

  test('what may not be read is said, and the rest is told', async () => {
    await cluster.grant('alice', [READ_PODS]);
    const { exit, out, err } = await status('alice');
    assert.equal(exit, 0, err);
    assert.match(err, /warning: list Deployment\.apps.*forbidden/);
    assert.match(err, /hint: {2}alice needs the right to list deployments\.apps/);
    assert.match(err, /warning: list Namespace/);
    assert.doesNotMatch(err, /list Pod/);
    assert.match(out, /^Istio 1\.2\.10 /);
    assert.match(
      row(out, 'by-hand') ?? '',
      /ReplicaSet\.apps\/by-hand-\w+ \| 2 \| 2 \| 1\.1\.17 \| unknown \| unknown/,
    );
  });
});
