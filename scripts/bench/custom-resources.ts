import type { JsonObject } from '../../src/core/json.ts';
import type { K8sObject } from '../../src/core/object.ts';
import type { TestCluster } from '../../test/cluster/harness/cluster.ts';
import { createAll, pilot } from './create-all.ts';

const NAMESPACES = 50;
const SERVICES = 1000;

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
export const KINDS: readonly Kind[] = [
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

/** Puts 1,000 services and 10,000 custom resources of all kinds into a cluster, and a Pilot of 1.1. */
export async function createCustomResources(cluster: TestCluster): Promise<void> {
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
