import type { JsonObject } from '../../src/core/json.ts';
import type { K8sObject } from '../../src/core/object.ts';
import { podStatus } from '../../test/cluster/harness/pod-status.ts';
import { sidecarPod } from './sidecar-pod.ts';

/** Which the injector goes by. */
export const LABEL = 'istio-injection';

const NAMESPACES = 50;
export const SERVICES = 2000;
const CONFIGURED = SERVICES / 2;
const PODS_OF_ONE = 5;
/** Of so many services one has an annotation that has to be carried over. */
const ANNOTATED = 200;
const HASH = '5d8f9c6b7';
const SINCE = '2019-06-01T00:00:00Z';

/** One service, its workload and its configuration, in the order in which they are created. */
export interface Member {
  readonly objects: readonly K8sObject[];
  /** With their statuses, which the API server takes apart. */
  readonly pods: readonly K8sObject[];
}

/** The namespaces of a mesh of any size, with the service account that pods want. */
export function namespaceObjects(): readonly K8sObject[] {
  const names = Array.from({ length: NAMESPACES }, (_, index) => namespaceOf(index));
  const labels = { [LABEL]: 'enabled' };
  return [
    ...names.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } })),
    ...names.map((namespace) => ({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { namespace, name: 'default' },
    })),
  ];
}

/**
 * A mesh: 2,000 services with 5 pods each, every second one with a Policy and a DestinationRule.
 * @param share of it, such as 0.1
 */
export function membersOf(share: number): readonly Member[] {
  return Array.from({ length: Math.round(SERVICES * share) }, (_, index) => member(index));
}

function member(index: number): Member {
  const place = { namespace: namespaceOf(index), name: `service-${index}` };
  const isConfigured = index % (SERVICES / CONFIGURED) === 0;
  const configuration = isConfigured ? [policy(place), destinationRule(place)] : [];
  return {
    objects: [service(place, index), deployment(place), ...configuration],
    pods: Array.from({ length: PODS_OF_ONE }, (_, at) => pod(place, index * PODS_OF_ONE + at)),
  };
}

type Place = { readonly namespace: string; readonly name: string };

function namespaceOf(index: number): string {
  return `shop-${index % NAMESPACES}`;
}

function service(place: Place, index: number): K8sObject {
  const annotations = index % ANNOTATED === 1 ? { annotations: { 'auth.istio.io/8080': 'NONE' } } : {};
  const ports = [
    { name: 'http', port: 8080, targetPort: 8080 },
    { name: 'grpc-admin', port: 9090, targetPort: 9090 },
  ];
  const spec = { selector: { app: place.name }, ports };
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { ...place, labels: { app: place.name }, ...annotations },
    spec,
  };
}

function deployment(place: Place): K8sObject {
  const { metadata, spec } = sidecarPod(place.name, { isInjected: false });
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { ...place, labels: metadata.labels },
    spec: { replicas: PODS_OF_ONE, selector: { matchLabels: metadata.labels }, template: { metadata, spec } },
  };
}

function pod({ namespace, name }: Place, index: number): K8sObject {
  const { metadata, spec } = sidecarPod(name, { isInjected: true });
  const set = `${name}-${HASH}`;
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: set, uid: `uid-of-${set}` };
  const object = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...metadata,
      namespace,
      name: `${set}-${index}`,
      labels: { ...metadata.labels, 'pod-template-hash': HASH },
      ownerReferences: [{ ...owner, controller: true, blockOwnerDeletion: true }],
    },
    spec,
  };
  const podIP = `10.${(index >> 16) + 1}.${(index >> 8) & 255}.${index & 255}`;
  return { ...object, status: podStatus(object, true, { hostIP: '192.0.2.1', podIP, now: SINCE }) };
}

function policy(place: Place): K8sObject {
  return {
    apiVersion: 'authentication.istio.io/v1alpha1',
    kind: 'Policy',
    metadata: place,
    spec: { targets: [{ name: place.name }], peers: [{ mtls: {} }] },
  };
}

function destinationRule(place: Place): K8sObject {
  const spec: JsonObject = {
    host: `${place.name}.${place.namespace}.svc.cluster.local`,
    trafficPolicy: { tls: { mode: 'ISTIO_MUTUAL' }, connectionPool: { tcp: { maxConnections: 100 } } },
    subsets: ['v1', 'v2'].map((version) => ({ name: version, labels: { version } })),
  };
  return { apiVersion: 'networking.istio.io/v1alpha3', kind: 'DestinationRule', metadata: place, spec };
}
