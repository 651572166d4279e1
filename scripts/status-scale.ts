// Prints how `status` compares with reading the same pages by plain requests, and its peak memory as pods grow tenfold:
//   npm run bundle && node scripts/status-scale.ts
// Makes 5,000 workloads and 30,000 pods on a real API server first, a few minutes. Needs the cluster tests' programs (README, "Two commands").
import type { JsonObject } from '../src/core/json.ts';
import type { K8sObject } from '../src/core/object.ts';
import type { TestCluster } from '../test/cluster/harness/cluster.ts';
import { startControlPlane } from '../test/cluster/harness/control-plane.ts';
import { createAll, pilot } from './scale/create-all.ts';
import { bundle, type Measured, measure, median, readPlainly, say } from './scale/measure.ts';

const ROUNDS = 5;
const NAMESPACES = 50;
const PODS_OF_ONE = 6;
const SIZES = [500, 5000];
const PROGRAM = bundle();

/** A container with about as much in it as real ones have. */
function container(name: string, image: string, args: readonly string[]): JsonObject {
  const env = Array.from({ length: 12 }, (_, at) => ({ name: `SETTING_${at}`, value: `value-${at}-of-${name}` }));
  return {
    name,
    image,
    args,
    env,
    ports: [{ containerPort: name === 'app' ? 8080 : 15090, protocol: 'TCP' }],
    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { cpu: '2', memory: '1Gi' } },
    readinessProbe: { httpGet: { path: '/healthz/ready', port: 15020 }, periodSeconds: 2, failureThreshold: 30 },
  };
}

const APP = container('app', 'registry.example/shop/app:1', ['--serve']);
const SIDECAR = container('istio-proxy', 'docker.io/istio/proxyv2:1.1.17', ['proxy', 'sidecar', '--domain', 'shop']);

function workloadObjects(index: number): { readonly deployment: K8sObject; readonly pods: readonly K8sObject[] } {
  const namespace = `shop-${index % NAMESPACES}`;
  const name = `service-${index}`;
  const labels = { app: name };
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { namespace, name, labels },
    spec: {
      replicas: PODS_OF_ONE,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [APP] } },
    },
  };
  const pods = Array.from({ length: PODS_OF_ONE }, (_, at) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      namespace,
      name: `${name}-5d8f9c6b7-${at}`,
      labels: { ...labels, 'pod-template-hash': '5d8f9c6b7' },
      annotations: { 'sidecar.istio.io/status': '{"version":"0","containers":["istio-proxy"]}' },
      ownerReferences: [{ ...OWNER, name: `${name}-5d8f9c6b7`, uid: `uid-${index}` }],
    },
    spec: { containers: [APP, SIDECAR], automountServiceAccountToken: false },
  }));
  return { deployment, pods };
}

const OWNER = { apiVersion: 'apps/v1', kind: 'ReplicaSet', controller: true, blockOwnerDeletion: true };

const WEBHOOK = {
  apiVersion: 'admissionregistration.k8s.io/v1beta1',
  kind: 'MutatingWebhookConfiguration',
  metadata: { name: 'istio-sidecar-injector' },
  webhooks: [
    {
      name: 'sidecar-injector.istio.io',
      clientConfig: { service: { namespace: 'istio-system', name: 'istio-sidecar-injector' } },
      namespaceSelector: { matchLabels: { 'istio-injection': 'enabled' } },
      // There is no injector; it is not called for anything.
      rules: [],
    },
  ],
};

async function createMesh(cluster: TestCluster): Promise<void> {
  const names = ['istio-system', ...Array.from({ length: NAMESPACES }, (_, at) => `shop-${at}`)];
  const namespaces = names.map((name) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: LABELLED },
  }));
  await createAll(cluster, namespaces);
  const account = { apiVersion: 'v1', kind: 'ServiceAccount' };
  // Pods are refused where there is none, and no controller runs that would make it.
  const accounts = names.map((namespace) => ({ ...account, metadata: { namespace, name: 'default' } }));
  await createAll(cluster, accounts);
  await cluster.create(WEBHOOK);
  await cluster.create(pilot('1.2.10'));
}

const LABELLED = { 'istio-injection': 'enabled' };

// What V8 takes grows with the rate of garbage; what the program needs is what it can live in.
const SMALL_HEAP = ['--max-old-space-size=64', '--max-semi-space-size=2'];
const LISTS = [
  '/api/v1/pods',
  '/api/v1/namespaces',
  '/apis/apps/v1/deployments',
  '/apis/apps/v1/statefulsets',
  '/apis/apps/v1/daemonsets',
  '/apis/batch/v1beta1/cronjobs',
  '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations',
];

function compare(cluster: TestCluster, workloads: number): number {
  const env = { KUBECONFIG: cluster.kubeconfig() };
  const runs: { readonly status: Measured; readonly reading: Measured }[] = [];
  for (let round = 0; round <= ROUNDS; round += 1)
    runs.push({ status: measure([PROGRAM, 'status'], { env }), reading: readPlainly(cluster, LISTS) });
  const counted = runs.slice(1);
  const [status, reading] = [counted.map((run) => run.status), counted.map((run) => run.reading)];
  const time = (all: readonly Measured[]): number => median(all.map(({ milliseconds }) => milliseconds));
  const memory = (all: readonly Measured[]): string => Math.max(...all.map((one) => one.memory)).toFixed(0);
  say(`${workloads} workloads, ${workloads * PODS_OF_ONE} pods: ${status[0]?.out.trimEnd().split('\n').at(-1)}`);
  say(`  plain requests: ${time(reading).toFixed(0)} ms, peak ${memory(reading)} MiB (${reading[0]?.out.trim()})`);
  say(`  status:         ${time(status).toFixed(0)} ms, peak ${memory(status)} MiB`);
  const small = measure([...SMALL_HEAP, PROGRAM, 'status'], { env });
  say(`  status, given a heap of 64 MiB: peak ${small.memory.toFixed(0)} MiB`);
  say(`  ${(time(status) / time(reading)).toFixed(2)} x the time of plain requests`);
  return small.memory;
}

const cluster = await startControlPlane();
try {
  // The pods are written as they would be; nothing shall add or collect any.
  await cluster.stopControllers();
  await createMesh(cluster);
  const peaks: number[] = [];
  let made = 0;
  for (const size of SIZES) {
    const began = Date.now();
    const more = Array.from({ length: size - made }, (_, at) => workloadObjects(made + at));
    await createAll(
      cluster,
      more.flatMap(({ deployment, pods }) => [deployment, ...pods]),
    );
    made = size;
    say(`made in ${((Date.now() - began) / 1000).toFixed(0)} s`);
    peaks.push(compare(cluster, size));
  }
  const [small = 0, large = 0] = peaks;
  say(
    `peak memory of status in a small heap: ${small.toFixed(0)} MiB, with ten times the pods ${large.toFixed(0)} MiB`,
  );
} finally {
  await cluster.stop();
}
