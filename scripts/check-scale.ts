// Prints how `check` over 10,000 custom resources compares with reading them by plain requests in the same run:
//   npm run bundle && node scripts/check-scale.ts
// Makes them and 1,000 services on a real API server first, about a minute. Needs the cluster tests' programs (README, "Two commands").
import type { JsonObject } from '../src/core/json.ts';
import type { K8sObject } from '../src/core/object.ts';
import type { TestCluster } from '../test/cluster/harness/cluster.ts';
import { startControlPlane } from '../test/cluster/harness/control-plane.ts';
import { createAll, pilot } from './scale/create-all.ts';
import { bundle, type Measured, measure, median, readPlainly, say } from './scale/measure.ts';

const ROUNDS = 7;
const NAMESPACES = 50;
const SERVICES = 1000;
const PROGRAM = bundle();

interface Kind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly count: number;
  readonly spec: (index: number) => JsonObject;
}

const MIXER = { group: 'config.istio.io', version: 'v1alpha2' };
const NETWORKING = { group: 'networking.istio.io', version: 'v1alpha3' };
const RBAC = { group: 'rbac.istio.io', version: 'v1alpha1' };
const serviceOf = (index: number): string => `service-${index % SERVICES}`;
const hostOf = (index: number): string => `${serviceOf(index)}.${namespaceOf(index)}.svc.cluster.local`;
const namespaceOf = (index: number): string => `shop-${(index % SERVICES) % NAMESPACES}`;

/** 10,000 in all, with about as much in them as real ones have. */
const KINDS: readonly Kind[] = [
  {
    ...NETWORKING,
    kind: 'VirtualService',
    plural: 'virtualservices',
    count: 3000,
    spec: (index) => ({
      hosts: [hostOf(index)],
      http: Array.from({ length: 4 }, (_, at) => ({
        match: [{ uri: { prefix: `/path-${at}` }, sourceLabels: { app: `client-${at}` } }],
        route: [{ destination: { host: hostOf(index), subset: 'v1', port: { number: 80 } }, weight: 100 }],
        retries: { attempts: 3, perTryTimeout: '2s' },
        corsPolicy: { allowOrigin: ['https://shop.example.com'] },
      })),
    }),
  },
  {
    ...NETWORKING,
    kind: 'DestinationRule',
    plural: 'destinationrules',
    count: 3000,
    spec: (index) => ({
      host: index < SERVICES ? hostOf(index) : `external-${index}.example.com`,
      trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' }, connectionPool: { tcp: { maxConnections: 100 } } },
      subsets: ['v1', 'v2'].map((version) => ({ name: version, labels: { version } })),
    }),
  },
  {
    group: 'authentication.istio.io',
    version: 'v1alpha1',
    kind: 'Policy',
    plural: 'policies',
    count: 1000,
    spec: (index) => ({ targets: [{ name: serviceOf(index) }], peers: [{ mtls: {} }] }),
  },
  {
    ...NETWORKING,
    kind: 'ServiceEntry',
    plural: 'serviceentries',
    count: 1000,
    spec: (index) => ({
      hosts: [`external-${index}.example.com`],
      ports: [{ number: 443, name: 'tls', protocol: 'TLS' }],
      resolution: 'DNS',
      endpoints: [{ address: `external-${index}.example.net`, labels: { zone: 'a' } }],
    }),
  },
  { ...RBAC, kind: 'ServiceRole', plural: 'serviceroles', count: 400, spec: role },
  { ...RBAC, kind: 'ServiceRoleBinding', plural: 'servicerolebindings', count: 400, spec: binding },
  { ...MIXER, kind: 'rule', plural: 'rules', count: 400, spec: mixerRule },
  { ...MIXER, kind: 'handler', plural: 'handlers', count: 400, spec: () => ({ compiledAdapter: 'stdio', params: {} }) },
  {
    ...MIXER,
    kind: 'instance',
    plural: 'instances',
    count: 400,
    spec: () => ({ compiledTemplate: 'logentry', params: { severity: '"info"' } }),
  },
];

function role(index: number): JsonObject {
  return { rules: [{ services: [hostOf(index)], methods: ['GET'] }] };
}

function binding(index: number): JsonObject {
  return { subjects: [{ user: `user-${index}` }], roleRef: { kind: 'ServiceRole', name: `servicerole-${index}` } };
}

function mixerRule(index: number): JsonObject {
  return { match: 'true', actions: [{ handler: `handler-${index}`, instances: [`instance-${index}`] }] };
}

function definitionOf({ group, version, kind, plural }: Kind): K8sObject {
  return {
    apiVersion: 'apiextensions.k8s.io/v1beta1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: { group, version, scope: 'Namespaced', names: { kind, plural } },
  };
}

function objectsOf({ group, version, kind, count, spec }: Kind): readonly K8sObject[] {
  return Array.from({ length: count }, (_, index) => ({
    apiVersion: `${group}/${version}`,
    kind,
    metadata: { namespace: namespaceOf(index), name: `${kind.toLowerCase()}-${index}` },
    spec: spec(index),
  }));
}

function serviceObject(index: number): K8sObject {
  const ports = [{ name: 'http', port: 80 }];
  const metadata = { namespace: namespaceOf(index), name: serviceOf(index) };
  return { apiVersion: 'v1', kind: 'Service', metadata, spec: { selector: { app: serviceOf(index) }, ports } };
}

async function createMesh(cluster: TestCluster): Promise<void> {
  const names = ['istio-system', ...Array.from({ length: NAMESPACES }, (_, at) => `shop-${at}`)];
  await createAll(
    cluster,
    names.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
  );
  await cluster.create(pilot('1.1.17'));
  await createAll(
    cluster,
    Array.from({ length: SERVICES }, (_, index) => serviceObject(index)),
  );
  const definitions = KINDS.map(definitionOf);
  await createAll(cluster, definitions);
  for (const { metadata } of definitions)
    await cluster.kubectl(['wait', '--for=condition=Established', `crd/${metadata.name}`]);
  await createAll(cluster, KINDS.flatMap(objectsOf));
}

/** The lists that a run reads, without its pages. */
function listsOf({ err }: Measured): readonly string[] {
  const urls = [...err.matchAll(/^GET (\S+) 200 /gm)].flatMap(([, url = '']) => new URL(url));
  const lists = urls.filter(({ searchParams }) => searchParams.has('limit'));
  return [
    ...new Set(
      lists.map(({ pathname, searchParams }) => {
        searchParams.delete('limit');
        searchParams.delete('continue');
        return searchParams.size === 0 ? pathname : `${pathname}?${searchParams}`;
      }),
    ),
  ];
}

function compare(cluster: TestCluster): void {
  const env = { KUBECONFIG: cluster.kubeconfig() };
  // Blockers are findings like any other here.
  const check = (...flags: readonly string[]): Measured =>
    measure([PROGRAM, 'check', ...flags], { env, exits: [0, 3] });
  const all = listsOf(check('-v', '6'));
  const custom = all.filter((path) => KINDS.some(({ group }) => path.includes(`/${group}/`)));
  const runs = Array.from({ length: ROUNDS + 1 }, () => ({
    check: check(),
    custom: readPlainly(cluster, custom),
    all: readPlainly(cluster, all),
  })).slice(1);
  const time = (which: keyof (typeof runs)[number]): number => median(runs.map((run) => run[which].milliseconds));
  const peak = Math.max(...runs.map((run) => run.check.memory));
  const [first] = runs;
  say(`check: ${first?.check.out.trimEnd().split('\n').at(-1)}`);
  say(
    `  plain requests for the custom resources: ${time('custom').toFixed(0)} ms (${first?.custom.out.trim()}, ${custom.length} lists)`,
  );
  say(
    `  plain requests for all that it reads:    ${time('all').toFixed(0)} ms (${first?.all.out.trim()}, ${all.length} lists)`,
  );
  say(`  check: ${time('check').toFixed(0)} ms, peak ${peak.toFixed(0)} MiB`);
  say(
    `  ${(time('check') / time('custom')).toFixed(2)} x the custom resources, ${(time('check') / time('all')).toFixed(2)} x all`,
  );
}

const cluster = await startControlPlane();
try {
  await cluster.stopControllers();
  const began = Date.now();
  await createMesh(cluster);
  say(`made in ${((Date.now() - began) / 1000).toFixed(0)} s`);
  compare(cluster);
} finally {
  await cluster.stop();
}
